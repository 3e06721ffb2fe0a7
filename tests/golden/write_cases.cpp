// write_cases DIR: the models and clips that make_golden.mjs runs. Real recordings are among them
// if AUSCULT_DATA names their folder.

#include <nlohmann/json.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "cases.hpp"
#include "real_clips.hpp"

namespace {

using auscult::golden::Case;

void write(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void write_cases(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  nlohmann::ordered_json list;
  const auto add = [&](const std::vector<Case>& cases) {
    for (const Case& one : cases) {
      write(folder / (one.name + ".onnx"), one.model);
      nlohmann::ordered_json& clips = list[one.name];
      for (const auscult::golden::Signal& clip : one.clips) {
        const std::string file = one.name + "." + std::to_string(clips.size()) + ".f32";
        write(folder / file, std::as_bytes(std::span(clip.samples)));
        clips.push_back({{"name", clip.name}, {"file", file}});
      }
    }
  };
  add(auscult::golden::operator_cases());
  add(auscult::golden::standin_cases());
  add(auscult::golden::shipped_cases());
  if (const auto data = auscult::golden::data_folder()) add(auscult::golden::real_cases(*data));
  for (const auto& [name, bytes] : auscult::golden::shipped_forests()) {
    write(folder / (name + ".forest.onnx"), bytes);
  }
  std::ofstream(folder / "cases.json") << list.dump(1) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_cases DIR\n";
    return 2;
  }
  try {
    write_cases(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "write_cases: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
