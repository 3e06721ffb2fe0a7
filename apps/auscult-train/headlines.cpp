#include "headlines.hpp"

#include <array>

namespace auscult::train {
namespace {

constexpr auto kHeadlines = std::to_array<Headline>({
    {"accuracy_natural", "accuracy, natural", "/pascal/all/decisions/natural/accuracy", ">= 0.83"},
    {"uar_balanced", "UAR, balanced", "/pascal/all/decisions/balanced/uar", ">= 0.82"},
    {"macro_f1_sqrt", "macro-F1, sqrt (the default)", "/pascal/all/decisions/sqrt/macro_f1",
     ">= 0.72"},
    {"accuracy_sqrt", "accuracy, sqrt", "/pascal/all/decisions/sqrt/accuracy", ""},
    {"uar_sqrt", "UAR, sqrt", "/pascal/all/decisions/sqrt/uar", ""},
    {"log_loss", "log-loss", "/pascal/all/log_loss", ""},
    {"ece", "ECE, natural", "/pascal/all/ece", "<= 0.03"},
    {"ece_by_chance", "ECE, natural, of a perfect calibration", "/pascal/all/ece_by_chance", ""},
    {"ece_A", "ECE, natural, set A", "/pascal/A/ece", "<= 0.05"},
    {"ece_A_by_chance", "ECE, natural, set A, of a perfect calibration", "/pascal/A/ece_by_chance",
     ""},
    {"ece_B", "ECE, natural, set B", "/pascal/B/ece", "<= 0.05"},
    {"ece_B_by_chance", "ECE, natural, set B, of a perfect calibration", "/pascal/B/ece_by_chance",
     ""},
    {"aurc", "area under risk-coverage, natural", "/pascal/all/decisions/natural/aurc", ""},
    {"murmur_normal_A", "AUROC murmur against normal, set A", "/pascal/pairs/murmur_normal_A",
     ">= 0.92"},
    {"murmur_normal_B", "AUROC murmur against normal, set B", "/pascal/pairs/murmur_normal_B",
     ">= 0.965"},
    {"extrahls_normal_A", "AUROC extrahls against normal, set A", "/pascal/pairs/extrahls_normal_A",
     ">= 0.80"},
    {"extrastole_normal_B", "AUROC extrastole against normal, set B",
     "/pascal/pairs/extrastole_normal_B", ">= 0.85"},
    {"artifact", "AUROC artifact against the rest", "/pascal/all/auroc/Artifact", ">= 0.985"},
    {"circor_recording", "CirCor AUROC, by recording", "/circor/recording", ">= 0.97"},
    {"circor_patient", "CirCor AUROC, by patient", "/circor/patient_mean", ">= 0.97"},
    {"circor_weighted_accuracy", "CirCor weighted accuracy of the 2022 challenge",
     "/circor/weighted_accuracy", ">= 0.80"},
    {"A_to_B", "AUROC murmur against normal, trained on A alone, judged on B", "/across/A_to_B",
     ">= 0.94"},
    {"B_to_A", "AUROC murmur against normal, trained on B alone, judged on A", "/across/B_to_A",
     ">= 0.94"},
    {"yaseen", "AUROC murmur against normal, Yaseen 2018, unseen",
     "/unseen/yaseen/auroc_murmur_normal", ""},
    {"physionet_macc", "mean MAcc of PhysioNet 2016, each site left out",
     "/physionet/by_murmur_odds/mean_macc", ">= 0.70"},
    {"synthetic_artifact", "synthetic sounds that are no heart called Artifact, sqrt",
     "/synthetic/all/answers_sqrt/Artifact", ">= 0.99"},
});

}  // namespace

std::span<const Headline> headlines() { return kHeadlines; }

}  // namespace auscult::train
