#pragma once

#include "model/builder.hpp"
#include "model/compile.hpp"

namespace auscult::model {

// One for each kind of work: adds the steps of a node to the program. They throw dnnl::error.

void lower_view(ProgramBuilder& builder, const PlannedNode& planned, const View& view);
void lower_loop(ProgramBuilder& builder, const PlannedNode& planned, const Loop& loop);
void lower_convolution(ProgramBuilder& builder, const PlannedNode& planned,
                       const Convolution& convolution, const Target& target);
void lower_pooling(ProgramBuilder& builder, const PlannedNode& planned, const Pooling& pooling);
void lower_product(ProgramBuilder& builder, const PlannedNode& planned, const Product& product,
                   const Target& target);

/// Whether all that use the value read bf16 anyway, so that it may be written so.
bool prefers_bf16(const ProgramBuilder& builder, ValueId id);

}  // namespace auscult::model
