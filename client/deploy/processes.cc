#include "client/deploy/processes.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/files.h"
#include "core/base/integer.h"

namespace garderobe::client {

namespace {

// Whether one of the arguments, each ended by a zero, is the file `config`,
// however it is spelled.
bool RunsWith(std::string_view arguments, const std::string& config) {
  std::error_code error;
  const auto wanted = std::filesystem::weakly_canonical(config, error);
  while (!arguments.empty()) {
    const size_t end = std::min(arguments.find('\0'), arguments.size());
    const std::string argument(arguments.substr(0, end));
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
    if (argument == config ||
        std::filesystem::weakly_canonical(argument, error) == wanted) {
      return true;
    }
  }
  return false;
}

}  // namespace

pid_t RunningDaemon(const std::string& pid_file, const std::string& config) {
  auto text = ReadWholeFile(pid_file);
  if (!text.ok()) return 0;
  if (text->ends_with('\n')) text->pop_back();
  const pid_t pid = ParseInteger<pid_t>(*text).value_or(0);
  // Somebody else's process runs as well.
  if (pid <= 0 || (kill(pid, 0) != 0 && errno != EPERM)) return 0;
  // A number may have been given to somebody else since.
  const auto arguments =
      ReadWholeFile("/proc/" + std::to_string(pid) + "/cmdline");
  if (!arguments.ok() || !RunsWith(*arguments, config)) return 0;
  const auto stat = ReadWholeFile("/proc/" + std::to_string(pid) + "/stat");
  if (stat.ok() && stat->find(") Z ") != std::string::npos) return 0;
  return pid;
}

absl::Status StartDaemon(const std::string& program, const std::string& config,
                         const std::string& log, const std::string& pid_file) {
  if (access(program.c_str(), X_OK) != 0) {
    return NotFound("there is no program {}", program);
  }
  struct stat owner;
  const std::string folder =
      std::filesystem::path(config).parent_path().string();
  if (stat(folder.c_str(), &owner) != 0) {
    return NotFound("there is no folder {}", folder);
  }
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
  if (out < 0) return Unavailable("cannot write {}", log);
  const bool change_user = geteuid() == 0 && owner.st_uid != 0;
  // Closes by itself when the daemon's program has taken over: only then does
  // the process show whose it is.
  int started[2];
  if (pipe2(started, O_CLOEXEC) != 0) {
    close(out);
    return Unavailable("no pipe to be had");
  }
  const pid_t pid = fork();
  if (pid < 0) {
    close(out);
    close(started[0]);
    close(started[1]);
    return Unavailable("cannot start {}: {}", program, std::strerror(errno));
  }
  if (pid == 0) {
    setsid();
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    // Nothing else of the caller goes along.
    for (int fd = 3; fd < 1024; ++fd) {
      if (fd != started[1]) close(fd);
    }
    if (change_user &&
        (setgroups(0, nullptr) != 0 || setgid(owner.st_gid) != 0 ||
         setuid(owner.st_uid) != 0)) {
      _exit(126);
    }
    execl(program.c_str(), program.c_str(), "--config", config.c_str(),
          static_cast<char*>(nullptr));
    _exit(127);
  }
  close(out);
  close(started[1]);
  char nothing;
  while (read(started[0], &nothing, 1) < 0 && errno == EINTR) {
  }
  close(started[0]);
  // A daemon that ends at once is not to stay as a zombie of this process.
  signal(SIGCHLD, SIG_IGN);
  return ReplaceFile(pid_file, std::to_string(pid) + "\n", 0644);
}

absl::StatusOr<std::string> RunProgram(
    const std::string& program, const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Unavailable("no pipe to be had");
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(ends[0], buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    output.append(buffer, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
      WEXITSTATUS(status) != 0) {
    return FailedPrecondition("{} did not succeed", program);
  }
  return output;
}

std::string ProgramFolder() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return self.parent_path().string();
}

}  // namespace garderobe::client
