"""The prototype that DESIGN describes: Flask, NumPy, one shared WAV file and the network in PyTorch.

    prototype.py MODEL.ONNX PORT FOLDER

What its pause of 0.2 s would cost is left out. Flask's own server, threaded, as `app.run()` starts
it; torch takes one thread a request, since more make the whole slower under load.
"""

import json
import logging
import math
import os
import sys
import wave

import numpy
import torch
from flask import Flask, Response, request

from onnx_in_torch import Graph

model_path, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(1)
graph = Graph(model_path)
rate_hz = int(graph.metadata["auscult.sample_rate_hz"])
lengths = json.loads(graph.metadata["auscult.lengths"])
labels = json.loads(graph.metadata["auscult.labels"])
calibration = json.loads(graph.metadata["auscult.calibration"])
# The forest that the service asks besides is no part of this; its scores stay zero.
matrix = torch.tensor(calibration["matrix"], dtype=torch.float32)
bias = torch.tensor(calibration["bias"], dtype=torch.float32)
wav_path = os.path.join(folder, "output_audio.wav")
json_path = os.path.join(folder, "data.json")


def low_pass(factor):
    """A windowed sinc of 16 zero crossings a side, which is what a quick resampler would take."""
    at = numpy.arange(-16 * factor, 16 * factor + 1) / factor
    return torch.tensor(numpy.sinc(at) * numpy.hanning(len(at)) / factor, dtype=torch.float32)


filters = {}


def resample(samples, from_hz):
    factor = from_hz // rate_hz
    if factor not in filters:
        filters[factor] = low_pass(factor).reshape(1, 1, -1)
    x = torch.from_numpy(samples).reshape(1, 1, -1)
    return torch.nn.functional.conv1d(x, filters[factor], stride=factor, padding=16 * factor)[0]


def pcm_to_wav(pcm_data, sample_rate=16000, num_channels=1, sample_width=2,
               amplification_factor=10.0):
    samples = numpy.frombuffer(pcm_data, dtype=numpy.int16)
    amplified = numpy.clip(samples * amplification_factor, -32768, 32767).astype(numpy.int16)
    with wave.open(wav_path, "wb") as wav:
        wav.setnchannels(num_channels)
        wav.setsampwidth(sample_width)
        wav.setframerate(sample_rate)
        wav.writeframes(amplified.tobytes())


def predict_class_with_confidence(audio_file):
    with wave.open(audio_file, "rb") as wav:
        frames, from_hz = wav.readframes(wav.getnframes()), wav.getframerate()
    samples = resample(numpy.frombuffer(frames, dtype=numpy.int16).astype(numpy.float32) / 32768,
                       from_hz)[:, :lengths[-1]]
    length = next(size for size in lengths if size >= samples.shape[1])
    padding = (0, length - samples.shape[1])
    mask = torch.nn.functional.pad(torch.ones_like(samples), padding)
    scores = graph(torch.nn.functional.pad(samples, padding), mask)[0]
    odds = torch.softmax(matrix[:, :len(scores)] @ scores + bias, 0)
    best = int(torch.argmax(odds))
    return best, 100 * float(odds[best])


app = Flask(__name__)
logging.getLogger("werkzeug").setLevel(logging.ERROR)


@app.post("/upload_audio")
def upload_audio():
    if not request.data:
        return Response("No audio data received", status=400)
    pcm_to_wav(request.data)
    index, confidence = predict_class_with_confidence(wav_path)
    with open(json_path, "w", encoding="utf-8") as file:
        json.dump({"class": labels[index], "confidence": confidence}, file)
    return f"{labels[index]}|Conf: {math.floor(confidence)}%"


@app.get("/")
def latest():
    try:
        with open(json_path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as why:
        return Response(f"Error loading data: {why}", status=500)


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=port)
