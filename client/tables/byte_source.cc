#include "client/tables/byte_source.h"

#include <sys/stat.h>
#include <zip.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace garderobe::client {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(std::FILE* file, const struct stat& info)
      : file_(file), at_open_(info) {}
  ~FileSource() override { std::fclose(file_); }

  absl::StatusOr<size_t> Read(char* to, size_t most) override {
    const size_t got = std::fread(to, 1, most, file_);
    if (got < most && std::ferror(file_) != 0) {
      return Unavailable("the file can't be read on: {}", std::strerror(errno));
    }
    if (got == 0) GARDEROBE_RETURN_IF_ERROR(CheckUnchanged());
    return got;
  }
  uint64_t total() const override {
    return S_ISREG(at_open_.st_mode) ? static_cast<uint64_t>(at_open_.st_size)
                                     : 0;
  }

 private:
  // An export that is written anew while it is read is half of each.
  absl::Status CheckUnchanged() const {
    struct stat now;
    if (!S_ISREG(at_open_.st_mode) || fstat(fileno(file_), &now) != 0) {
      return absl::OkStatus();
    }
    if (now.st_size == at_open_.st_size &&
        now.st_mtim.tv_sec == at_open_.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == at_open_.st_mtim.tv_nsec) {
      return absl::OkStatus();
    }
    return Unavailable(
        "the file changed while it was read: it had {} bytes, and has {}; "
        "try again when nothing writes to it",
        at_open_.st_size, now.st_size);
  }

  std::FILE* const file_;
  const struct stat at_open_;
};

class ZippedSource : public ByteSource {
 public:
  ZippedSource(zip_t* archive, zip_file_t* file, uint64_t total)
      : archive_(archive), file_(file), total_(total) {}
  ~ZippedSource() override {
    zip_fclose(file_);
    zip_discard(archive_);
  }

  absl::StatusOr<size_t> Read(char* to, size_t most) override {
    const zip_int64_t got = zip_fread(file_, to, most);
    if (got < 0) {
      return InvalidArgument("the packed file is broken: {}",
                             zip_file_strerror(file_));
    }
    return static_cast<size_t>(got);
  }
  uint64_t total() const override { return total_; }

 private:
  zip_t* const archive_;
  zip_file_t* const file_;
  const uint64_t total_;
};

bool IsLitter(std::string_view name) {
  return name.ends_with('/') || name.starts_with("__MACOSX/") ||
         name.ends_with(".DS_Store");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenFile(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return NotFound("{} is a folder; expected a file", path);
  }
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return NotFound("cannot open {}: {}", path, std::strerror(errno));
  }
  (void)fstat(fileno(file), &info);
  return std::make_unique<FileSource>(file, info);
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenZipped(
    const std::string& path) {
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_RDONLY, &error);
  if (archive == nullptr) return InvalidArgument("the packed file is broken");
  const auto refuse = [&](const char* why) {
    zip_discard(archive);
    return InvalidArgument("{}", why);
  };
  zip_int64_t only = -1;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    const char* const name =
        zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    if (name == nullptr || IsLitter(name)) continue;
    if (only >= 0) {
      return refuse(
          "the packed file holds several files; unpack it, and deliver them "
          "one by one");
    }
    only = i;
  }
  if (only < 0) return refuse("the packed file holds no file");
  const auto index = static_cast<zip_uint64_t>(only);
  zip_stat_t info;
  zip_stat_init(&info);
  if (zip_stat_index(archive, index, 0, &info) == 0 &&
      (info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
      info.encryption_method != ZIP_EM_NONE) {
    return refuse("the packed file is protected by a password");
  }
  zip_file_t* const file = zip_fopen_index(archive, index, 0);
  if (file == nullptr) return refuse("the packed file is broken");
  return std::make_unique<ZippedSource>(
      archive, file, (info.valid & ZIP_STAT_SIZE) != 0 ? info.size : 0);
}

}  // namespace garderobe::client
