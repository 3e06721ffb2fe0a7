#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beats/cycle_levels.hpp"
#include "classify/heard.hpp"
#include "core/recording.hpp"
#include "signal/band_energies.hpp"

namespace auscult::classify {

/// Shorter than this, a clip may hold no whole heart beat (1 s at 60 bpm).
inline constexpr double kMinJudgeableS = 1.0;

/// Whether there is anything to judge: not if the recording is shorter than kMinJudgeableS, or does
/// not move by even one step of a 16-bit converter.
bool is_judgeable(const Heard& heard);

/// Judges the recording, not the heart: too short for a rhythm, too quiet for its converter,
/// clipped by it, or an offset and nothing else. Each reason is a sentence with the value found. A
/// pure function.
Quality assess_quality(const Heard& heard);

/// What a clip in which no heart was found seems to hold, by how much its level varies: a steady
/// tone or hum, steady noise, or sounds that come and go as speech, music and handling do. The
/// reason "no heart beat found" with that appended.
std::string explain_no_heart(const signal::BandEnergies& energies);

/// The reason why heart sounds are found, but drowned: S1 and S2 rise less than kMinContrastDb
/// above diastole in the band of heart sounds, 25 to 60 Hz, in the middle cycle. Empty if they rise
/// more, or without cycles.
std::optional<std::string> find_drowned(const std::vector<beats::CycleLevels>& levels);

/// Less is found in 1.4 % of PhysioNet's recordings of good quality, and in 15 % of the poor
/// (docs/quality.md).
inline constexpr double kMinContrastDb = 5.5;

/// Takes a further reason in: the recording is poor.
void add_reason(Quality& quality, std::string reason);

}  // namespace auscult::classify
