#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string_view>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "hadal/deep/deep_fit.hpp"
#include "hadal/error.hpp"

namespace {

int fail(int code, const std::string& command, const std::string& message) {
  fmt::print(stderr, "{}: {}\n", command, message);
  return code;
}

/// Threads that spin while they wait for each other slow a fit down many times over as soon as
/// another program wants the same cores. OpenMP reads its policy before main, hence the new start.
void wait_passively(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY")) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", argv);  // returns only where /proc is missing: then threads spin
}

/// Deep subnetworks are fitted by the program beside this one that has LibTorch, which takes long
/// to load. Where there is none the command says what is missing.
void use_deep_program(int argc, char** argv) {
  if (hadal::deep_available()) return;
  const bool asked = std::any_of(argv, argv + argc, [](const char* argument) {
    return std::string_view(argument).starts_with("--architecture");
  });
  std::error_code none;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", none);
  if (asked && !none) execv((here.parent_path() / "hadal-deep").c_str(), argv);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hadal::cli;
  wait_passively(argv);
  use_deep_program(argc, argv);
  CommandLine line;
  try {
    return line.run(argc, argv);
  } catch (const hadal::ArgumentError& error) {
    return fail(exit_bad_arguments, line.command(), error.what());
  } catch (const hadal::DataError& error) {
    return fail(exit_bad_data, line.command(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(exit_internal, line.command(), "out of memory");
  } catch (const std::exception& error) {
    return fail(exit_internal, line.command(), error.what());
  }
}
