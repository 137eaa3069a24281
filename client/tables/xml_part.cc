#include "client/tables/xml_part.h"

#include <expat.h>
#include <zip.h>

#include <algorithm>

namespace garderobe::client {
namespace {

constexpr char kSeparator = '|';
constexpr size_t kXmlChunkBytes = 1 << 16;

absl::Status Broken() {
  return InvalidArgument(
      "the spreadsheet is broken; open it, and save it again as XLSX or CSV");
}

std::string_view LocalName(std::string_view name) {
  const size_t separator = name.rfind(kSeparator);
  return separator == name.npos ? name : name.substr(separator + 1);
}

zip_t* Archive(void* archive) { return static_cast<zip_t*>(archive); }
XML_Parser Parser(void* parser) { return static_cast<XML_Parser>(parser); }

}  // namespace

std::string_view Attributes::Get(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (LocalName(pair[0]) == name) return pair[1];
  }
  return {};
}

absl::StatusOr<std::unique_ptr<PackedDocument>> PackedDocument::Open(
    const std::string& path) {
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_RDONLY, &error);
  if (archive == nullptr) {
    if (error == ZIP_ER_NOENT || error == ZIP_ER_OPEN) {
      return NotFound("cannot open the file");
    }
    return Broken();
  }
  std::unique_ptr<PackedDocument> document(new PackedDocument());
  document->archive_ = archive;
  return document;
}

PackedDocument::~PackedDocument() {
  if (archive_ != nullptr) zip_discard(Archive(archive_));
}

bool PackedDocument::Has(const std::string& part) const {
  return zip_name_locate(Archive(archive_), part.c_str(), 0) >= 0;
}

// What expat calls, in C.
struct XmlPart::Handlers {
  static void Begin(void* part, const char* name, const char** attributes) {
    static_cast<XmlPart*>(part)->events_.begin(LocalName(name),
                                               Attributes(attributes));
  }
  static void End(void* part, const char* name) {
    static_cast<XmlPart*>(part)->events_.end(LocalName(name));
  }
  static void Text(void* part, const char* text, int size) {
    static_cast<XmlPart*>(part)->events_.text(
        {text, static_cast<size_t>(size)});
  }
};

absl::StatusOr<std::unique_ptr<XmlPart>> XmlPart::Open(PackedDocument& document,
                                                       const std::string& name,
                                                       XmlEvents events) {
  std::unique_ptr<XmlPart> part(new XmlPart());
  part->events_ = std::move(events);
  zip_stat_t info;
  zip_stat_init(&info);
  zip_t* const archive = Archive(document.archive_);
  if (zip_stat(archive, name.c_str(), 0, &info) == 0 &&
      (info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
      info.encryption_method != ZIP_EM_NONE) {
    return InvalidArgument("the spreadsheet is protected by a password");
  }
  part->file_ = zip_fopen(archive, name.c_str(), 0);
  if (part->file_ == nullptr) return Broken();
  part->total_ = (info.valid & ZIP_STAT_SIZE) != 0 ? info.size : 0;
  // With namespaces, for a part may give them any prefix.
  part->parser_ = XML_ParserCreateNS("UTF-8", kSeparator);
  XML_SetUserData(Parser(part->parser_), part.get());
  XML_SetElementHandler(Parser(part->parser_), &Handlers::Begin,
                        &Handlers::End);
  XML_SetCharacterDataHandler(Parser(part->parser_), &Handlers::Text);
  return part;
}

XmlPart::~XmlPart() {
  if (parser_ != nullptr) XML_ParserFree(Parser(parser_));
  if (file_ != nullptr) zip_fclose(static_cast<zip_file_t*>(file_));
}

absl::StatusOr<bool> XmlPart::Parse() {
  if (done_) return false;
  void* const buffer = XML_GetBuffer(Parser(parser_), kXmlChunkBytes);
  if (buffer == nullptr) return Broken();
  const zip_int64_t got =
      zip_fread(static_cast<zip_file_t*>(file_), buffer, kXmlChunkBytes);
  if (got < 0) return Broken();
  bytes_ += static_cast<uint64_t>(got);
  if (bytes_ > kBytesMax) {
    return InvalidArgument("the spreadsheet unpacks to more than {} GiB",
                           kBytesMax >> 30);
  }
  done_ = got == 0;
  if (XML_ParseBuffer(Parser(parser_), static_cast<int>(got), done_) !=
      XML_STATUS_OK) {
    return Broken();
  }
  return !done_;
}

absl::Status XmlPart::ParseAll() {
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, Parse());
    if (!more) return absl::OkStatus();
  }
}

double XmlPart::progress() const {
  if (total_ == 0) return 0;
  return std::min(1.0,
                  static_cast<double>(bytes_) / static_cast<double>(total_));
}

}  // namespace garderobe::client
