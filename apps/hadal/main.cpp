#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <new>

#include "command_line.hpp"
#include "exit_code.hpp"
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

}  // namespace

int main(int argc, char** argv) {
  using namespace hadal::cli;
  wait_passively(argv);
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
