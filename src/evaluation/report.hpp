#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluation/estimate.hpp"
#include "evaluation/metrics.hpp"

/// Figures with their intervals, as metrics.json holds them. Of Detail::values, no report holds
/// intervals or curves.
namespace auscult::evaluation {

/// One recording with its class, and what was said of it by a model that had not heard its group.
struct Case {
  std::string group;   ///< Patient or recording day.
  std::string source;  ///< The data set or device.
  Prediction prediction;
};

/// {recordings, groups, log_loss, brier, ece, ece_by_chance, reliability, auroc {label: one against
/// the rest}, decisions {natural, sqrt, balanced: {accuracy, uar, macro_f1, recall, precision,
/// confusion, ece, aurc, risk_coverage}}, coverage {share: accuracy}}; a figure is {value, low,
/// high}, 95 % by bootstrap over groups; `ece` of a decision is that of the confidence of the
/// decided class. Classes that do not occur have no figures, and of no cases there are only the
/// first two members. `prior` is that of the decisions.
Json class_report(std::span<const Case> cases, std::span<const std::string> labels,
                  std::span<const double> prior, Detail detail = Detail::full);

/// AUROC {value, low, high, positives, negatives, roc} of ln(p / q) for telling class `positive`
/// from class `negative` among the cases of these two; null if one is missing.
Json pair_report(std::span<const Case> cases, int positive, int negative,
                 Detail detail = Detail::full);

/// One location of one patient of CirCor.
struct MurmurCase {
  std::string group;
  std::string patient;
  std::string patient_murmur;  ///< "Present", "Absent" or "Unknown".
  int fold = 0;
  int murmur = -1;   ///< 1 heard here, 0 the patient has none, -1 neither is known.
  double score = 0;  ///< The larger, the more it speaks for a murmur.
};

/// {recording, patient_max, patient_mean: AUROC as in pair_report, weighted_accuracy, sensitivity,
/// specificity}. The last three are by patient, on the mean score; the threshold for each fold is
/// the best on the other folds. Weighted accuracy is the PhysioNet Challenge 2022's (Reyna et al.
/// 2023): Present counts 5, Unknown 3, Absent 1; nobody is ever called Unknown. Null without cases.
Json murmur_report(std::span<const MurmurCase> cases, Detail detail = Detail::full);

/// One recording of a set whose sites are judged one by one (PhysioNet 2016).
struct SiteCase {
  std::string group;
  std::string site;
  bool abnormal = false;
  double score = 0;  ///< The larger, the more it speaks for an abnormal heart.
};

/// {sites {name: {normal, abnormal, auroc, sensitivity, specificity, macc}}, mean_macc,
/// mean_auroc}. A site is judged at the threshold that is best on the mean of the other sites'
/// MAcc, as a new hospital would be. MAcc, the measure of the challenge of 2016 (Liu et al. 2016),
/// is the mean of sensitivity and specificity; sites without both kinds are left out of it.
Json site_report(std::span<const SiteCase> cases, Detail detail = Detail::full);

}  // namespace auscult::evaluation
