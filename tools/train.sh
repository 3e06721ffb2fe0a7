#!/usr/bin/env bash
# Trains, judges and describes everything in models/<name>/ from the recordings.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  echo "Usage: tools/train.sh --data DIR --model models/NAME [--docs DIR] [--work DIR] [--jobs N]
Makes models/NAME anew: beats.onnx and model.onnx with their figures, their card and SHA256, and
the page with the plots. Five steps, each resumed where it was stopped, each giving the same bits
on one machine however many networks are trained side by side:

  beats     trains and judges the heart-sound network (left out without circor2022/)
  crossval  judges each fold by networks that have not heard it, and each device by the other
  train     trains the shipped networks on everything
  evaluate  runs the shipped file as the service does, and measures what its inputs are like
            (reference.json, by which the service tells drift)
  report    writes card, tables and plots

  --data DIR    folder with pascal/ (or with a manifest.csv and its audio, as the service exports
                them), and perhaps circor2022/, yaseen2018/, physionet2016/
  --model DIR   the folder to make; its last part is the model's name
  --docs DIR    folder for the page with the plots (docs/model)
  --work DIR    folder for checkpoints and scores (build/training/NAME)
  --jobs N      networks trained side by side (as many as there are processors)

Example: tools/train.sh --data ../shared/datasets --model models/auscult-1"
}

data='' model='' docs=docs/model work='' jobs="$(nproc)"
while (($#)); do
  case "$1" in
    -h | --help) usage; exit ;;
    --data | --model | --docs | --work | --jobs)
      (($# > 1)) || { echo "train: $1 needs a value" >&2; exit 2; }
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    *) echo "train: what is '$1'? See tools/train.sh --help" >&2; exit 2 ;;
  esac
done
if [[ -z $data || -z $model ]]; then
  usage >&2
  exit 2
fi
work="${work:-build/training/$(basename "$model")}"

tools/setup.sh build train
cmake --preset train
cmake --build --preset train --target auscult-train auscult
train=build/train/bin/auscult-train

mkdir -p "$model" "$work"
beats=()
if [[ -d $data/circor2022 ]]; then
  beats=(--beats "$model/beats.onnx")
  "$train" beats --data "$data" --out "$work/beats" --crossval --jobs "$jobs"
  cp "$work/beats/beats.onnx" "$work/beats/beats_metrics.json" "$model"
fi
# One device judged by the other: PASCAL has two.
across=() own=$data
if [[ -d $data/pascal ]]; then across=(--across) own=$data/pascal; fi
"$train" crossval --data "$data" "${beats[@]}" --out "$work/crossval" "${across[@]}" --jobs "$jobs"
"$train" train --data "$data" --crossval "$work/crossval" --work "$work/all" \
  --out "$model" --docs "$docs" --jobs "$jobs"
build/train/bin/auscult evaluate --model "$model" --precision f32 --data "$data" --format json \
  >"$work/evaluation.json"
build/train/bin/auscult model reference --model "$model" --data "$own" --out "$model/reference.json"
"$train" report --metrics "$model/metrics.json" --shipped "$work/evaluation.json" \
  --docs "$docs" --card "$model/MODEL_CARD.md"
(cd "$model" && sha256sum ./*.onnx | sed "s|\./||" >SHA256)
