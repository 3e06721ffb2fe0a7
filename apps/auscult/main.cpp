#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli.hpp"

int main(int argc, char** argv) {
  // A file at its size limit is to be told like a full disk, and is no reason to end.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return auscult::cli::run(arguments, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "auscult: " << error.what() << '\n';
    return 1;
  }
}
