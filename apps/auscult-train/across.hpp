#pragma once

#include <string>

#include "auscult/result.hpp"
#include "experiment.hpp"
#include "figures.hpp"

/// From one device of PASCAL to the other: has the network learnt the heart or the stethoscope?
namespace auscult::train {

/// The labelled recordings alone: those of source `from` to train on (fold 1), the others to be
/// judged (fold 0). CirCor is left out: it is of a device like that of set B.
Dataset transfer_dataset(const Dataset& dataset, const std::string& from);

/// Trains the seeds of `plan` on each device alone and writes their scores of the other to `folder`
/// (across-A_to_B.csv, across-B_to_A.csv); resumable like train_all(). Fails as that does.
Status train_across(const Dataset& dataset, const Plan& plan, const std::string& folder);

/// What train_across() wrote there; empty if nothing is there. Fails with invalid_argument.
Result<TransferScores> load_across(const std::string& folder);

}  // namespace auscult::train
