#pragma once

#include "model/builder.hpp"
#include "model/compile.hpp"

namespace auscult::model {

// One for each kind of work: adds the steps of a node to the program. They throw dnnl::error.

void lower_view(ProgramBuilder& builder, const PlannedNode& planned, const View& view);
void lower_loop(ProgramBuilder& builder, const PlannedNode& planned, const Loop& loop);
void lower_convolution(ProgramBuilder& builder, const PlannedNode& planned,
                       const Convolution& convolution, const Target& target);
void lower_depthwise(ProgramBuilder& builder, const PlannedNode& planned,
                     const Convolution& convolution);

/// Whether a convolution is better computed as weights [M, K] times frames [K, T], in row order: a
/// front end's spectrum of one channel and its bands. oneDNN's own code for a kernel of 100 samples
/// is no faster and takes 60 to 270 ms to create, and what follows wants row order.
bool is_product_of_frames(const ProgramBuilder& builder, const PlannedNode& planned,
                          const Convolution& convolution);
void lower_product_of_frames(ProgramBuilder& builder, const PlannedNode& planned,
                             const Convolution& convolution);
void lower_band_powers(ProgramBuilder& builder, const PlannedNode& planned,
                       const BandPowers& powers);
void lower_pooling(ProgramBuilder& builder, const PlannedNode& planned, const Pooling& pooling);
void lower_product(ProgramBuilder& builder, const PlannedNode& planned, const Product& product,
                   const Target& target);

/// Whether all that use the value read bf16 anyway, so that it may be written so.
bool prefers_bf16(const ProgramBuilder& builder, ValueId id);

}  // namespace auscult::model
