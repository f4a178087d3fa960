#include <fmt/format.h>

#include <new>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "hadal/error.hpp"

namespace {

int fail(int code, const std::string& command, const std::string& message) {
  fmt::print(stderr, "{}: {}\n", command, message);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hadal::cli;
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
