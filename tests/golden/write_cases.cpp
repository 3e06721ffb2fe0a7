// write_cases DIR: the models and clips that make_golden.mjs runs.

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>

#include "cases.hpp"

namespace {

using auscult::golden::Case;

void write(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_cases DIR\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  nlohmann::ordered_json list;
  std::vector<Case> cases = auscult::golden::operator_cases();
  for (Case& one : auscult::golden::standin_cases()) cases.push_back(std::move(one));
  for (const Case& one : cases) {
    write(folder / (one.name + ".onnx"), one.model.bytes());
    nlohmann::ordered_json clips;
    for (std::size_t i = 0; i < one.clips.size(); ++i) {
      const std::string file = one.name + "." + std::to_string(i) + ".f32";
      write(folder / file, std::as_bytes(std::span(one.clips[i].samples)));
      clips.push_back({{"name", one.clips[i].name}, {"file", file}});
    }
    list[one.name] = std::move(clips);
  }
  std::ofstream(folder / "cases.json") << list.dump(1) << '\n';
  return 0;
}
