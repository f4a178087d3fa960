#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace hadal::test {

/// A fit in a process of its own, of which the progress lines can be awaited.
class RunningFit {
 public:
  RunningFit(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    arguments.insert(arguments.begin(), HADAL_BINARY);
    process_ = ::fork();
    if (process_ == 0) {
      std::vector<char*> argv;
      for (auto& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      ::dup2(ends[1], STDERR_FILENO);
      ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
      ::close(ends[0]);
      if (::chdir(folder.c_str()) == 0) ::execv(HADAL_BINARY, argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    progress_ = ::fdopen(ends[0], "r");
  }
  ~RunningFit() { std::fclose(progress_); }
  RunningFit(const RunningFit&) = delete;
  RunningFit& operator=(const RunningFit&) = delete;

  void await_lines(int count) {
    for (int seen = 0; seen < count;) {
      const int c = std::fgetc(progress_);
      if (c == EOF) throw std::runtime_error("the fit ended before it could be stopped");
      seen += c == '\n';
    }
  }
  void send(int signal) const { ::kill(process_, signal); }
  /// The wait status, once the progress is at its end.
  int join() {
    while (std::fgetc(progress_) != EOF) {
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    return status;
  }

 private:
  pid_t process_ = -1;
  std::FILE* progress_ = nullptr;
};

}  // namespace hadal::test
