#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of the system, each with its reason. A size found in foreign bytes is a claim: it
/// is compared with one of these before anything is allocated.
namespace auscult::limits {

// The slowest rate at which the lower murmur band (to 2 kHz) is still whole, and the fastest that
// any audio converter delivers.
inline constexpr int kMinSampleRateHz = 4'000;
inline constexpr int kMaxSampleRateHz = 192'000;

// Published heart-sound databases are kept at 2 kHz. A header that says so is believed, where a
// declared rate as low would be a slip.
inline constexpr int kMinFileSampleRateHz = 1'000;

// Eight channels are a full multi-site chest array; libsndfile's FLAC knows no more either.
inline constexpr int kMaxChannels = 8;

// Amplification is for listening; beyond this any s16 sample but silence saturates.
inline constexpr double kMaxGain = 1'000.0;

// Ten minutes of 48 kHz 16-bit mono are 58 MB; a device sends 128 to 320 kB.
inline constexpr std::size_t kDefaultMaxBodyBytes = 64U << 20U;

// One hour: past that a recording is a mistake or an attack. Bounds what a small compressed file
// can grow to: at 192 kHz 2.8 GB of floats, hence also the frame bound below.
inline constexpr double kMaxDurationS = 3'600.0;

// 64 Mi samples over all channels (256 MB as float) is one hour at 16 kHz and more, whatever the
// file's header claims.
inline constexpr std::int64_t kMaxDecodedSamples = std::int64_t{64} << 20U;

// Long enough for any serial number or MAC address, short enough to index and to print.
inline constexpr std::size_t kMaxDeviceNameBytes = 64;

// With less the next uploads may not fit: one of the largest, its log entry and its listening copy.
inline constexpr std::uintmax_t kMinFreeDiskBytes = 256U << 20U;

// A model file: the largest audio networks that run on a processor in real time have some 80 M
// parameters (320 MB), and protobuf itself stops at 2 GiB.
inline constexpr std::size_t kMaxModelBytes = std::size_t{512} << 20U;

// Of one value in a model, parameters and what is computed: 256 MB as float.
inline constexpr std::size_t kMaxTensorElements = std::size_t{64} << 20U;
inline constexpr std::size_t kMaxTensorRank = 8;

// Of one model: a network of a thousand layers has some five thousand nodes.
inline constexpr std::size_t kMaxModelNodes = 20'000;

// Lengths a model is compiled for; each costs load time and the memory of its weights' layout.
inline constexpr std::size_t kMaxModelLengths = 32;

// Of a forest of decision trees: a thousand trees over as many recordings as there are.
inline constexpr std::size_t kMaxForestNodes = 4'000'000;
inline constexpr std::size_t kMaxForestNames = 1'000;

// What one worker may need to run a model.
inline constexpr std::size_t kMaxWorkspaceBytes = std::size_t{1} << 30U;

// A paragraph or two about a recording.
inline constexpr std::size_t kMaxNoteBytes = 4'000;

// What is typed into a search field.
inline constexpr std::size_t kMaxSearchBytes = 200;

// A note with every character escaped, twice over.
inline constexpr std::size_t kMaxJsonBodyBytes = 64U << 10U;

// Devices that are listed, and whose settings are kept: a large hospital's stethoscopes.
inline constexpr int kMaxDevices = 1'000;

// Recordings that come in pieces. A device sends a few at a time; a hospital's devices a few
// hundred.
inline constexpr int kMaxUploadSessions = 256;
inline constexpr int kMaxUploadSessionsPerDevice = 8;

// Of one such recording: an hour in seconds, almost three times. A chunk is held in memory and
// written in one transaction: 40 s of 48 kHz 16-bit mono are 4 MB.
inline constexpr int kMaxChunks = 10'000;
inline constexpr std::size_t kMaxChunkBytes = 4U << 20U;

// What open sessions hold on disk: two of the largest recordings a device, and sixteen in all.
inline constexpr std::int64_t kMaxSessionBytesPerDevice = std::int64_t{128} << 20U;
inline constexpr std::int64_t kMaxSessionBytes = std::int64_t{1} << 30U;

// Uploads that wait to be judged: an hour of three a second, which a worker does in minutes; and
// those of the largest size by the dozen.
inline constexpr std::int64_t kMaxQueuedUploads = 10'000;
inline constexpr std::int64_t kMaxQueuedBytes = std::int64_t{4} << 30U;

// Recordings that are judged anew in one go; some seconds of work, lost if it is interrupted.
inline constexpr int kReclassifyBatch = 100;

// Who is told of recordings: each is asked with each commit.
inline constexpr int kMaxWebhooks = 32;
/// Browsers that are logged in at a time.
inline constexpr int kMaxLogins = 10'000;
inline constexpr std::size_t kMaxUrlBytes = 2'000;

// A UUID has 36 characters, some clients send a digest or a URL.
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 200;

// Recordings that retention deletes in one transaction, while uploads wait: some milliseconds.
inline constexpr int kRetireBatch = 32;

// Rows of one table that is exported as a whole; some 30 MB of text.
inline constexpr std::size_t kMaxExportRows = 100'000;

// Recordings in one archive, as many as a request's target can name, and their bytes: it is put
// together in memory, since every answer says its length.
inline constexpr std::size_t kMaxExportIds = 200;
inline constexpr std::size_t kMaxExportBytes = 128U << 20U;

// Dashboards that are told of every recording at a time, and what one may lag behind before it is
// cut off; it then comes back and is told from where it was.
inline constexpr std::size_t kMaxEventListeners = 64;
inline constexpr std::size_t kMaxEventBacklog = 256;

// One message of a live stream: a second of 192 kHz in 32 bits. Its first, which describes it, is
// smaller.
inline constexpr std::size_t kMaxStreamMessageBytes = 1U << 20U;
inline constexpr std::size_t kMaxHelloBytes = 4'096;

// One page of the history; a client asks for the next by its cursor.
inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 500;

}  // namespace auscult::limits
