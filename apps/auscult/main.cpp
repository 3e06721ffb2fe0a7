#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli.hpp"

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return auscult::cli::run(arguments, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "auscult: " << error.what() << '\n';
    return 1;
  }
}
