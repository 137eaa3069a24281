// Any register, sent or in a file, and any configuration: taken, or refused in
// words.
#include "client/deploy/register_file.h"
#include "core/config/settings.h"
#include "core/register/register_store.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  v1::Register reg;
  if (reg.ParseFromArray(data, static_cast<int>(size))) {
    (void)CheckRegister(reg);
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)IsInstitutionId(text);
  (void)IsSourceName(text);
  (void)client::ReadRegisterText(text, "fuzz");
  std::string listen;
  int64_t number = 1;
  bool flag = false;
  std::vector<std::string> list;
  Settings settings;
  settings.Text("server.listen", &listen, "", true);
  settings.Number("server.number", &number, "", 0, 9);
  settings.Flag("log.flag", &flag, "");
  settings.List("peers.list", &list, "");
  (void)settings.ReadText(text, "fuzz");
  return 0;
}
