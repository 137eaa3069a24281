#include "client/deploy/enroll.h"

#include "client/deploy/authority.h"
#include "client/deploy/private_files.h"
#include "core/keys/key_file.h"
#include "core/register/register_store.h"
#include "core/sealing/author_payload.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe::client {
namespace {

absl::StatusOr<EnrolledInstitution> InstitutionAt(const std::string& folder,
                                                  const std::string& id) {
  GARDEROBE_RETURN_IF_ERROR(MakeInstitutionKeys(folder));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto author,
      ReadSecret<AuthorSeed>(folder + "/author.key", kAuthorRole));
  GARDEROBE_ASSIGN_OR_RETURN(const auto handle,
                             ReadSecret<InstitutionHandleKey>(
                                 folder + "/handle.key", "institution-handle"));
  return EnrolledInstitution{id, ToHex(AuthorKeyOf(author).bytes()),
                             ToHex(PublicKeyOf(AccessKeyOf(handle)).bytes())};
}

}  // namespace

absl::StatusOr<Enrolled> Enroll(const std::string& folder, const Peer& peer,
                                const std::vector<std::string>& institutions) {
  if (peer.role != Role::kClient && peer.role != Role::kAnalyst) {
    return InvalidArgument("only clients and analysts enroll");
  }
  // All of it is looked at before anything is made.
  std::vector<std::string> names = institutions;
  names.push_back(peer.name);
  for (const std::string& name : names) {
    if (!IsInstitutionId(name)) {
      return InvalidArgument(
          "names of clients and institutions have 1 to 32 of a-z, 0-9 and -");
    }
  }
  Enrolled enrolled;
  const bool delivers = peer.role == Role::kClient;
  enrolled.certificate_folder =
      folder + (delivers ? "/clients/" : "/analysts/") + peer.name;
  GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(enrolled.certificate_folder));
  GARDEROBE_ASSIGN_OR_RETURN(
      enrolled.pin, RequestCertificate(enrolled.certificate_folder, peer));
  for (const std::string& id : institutions) {
    GARDEROBE_ASSIGN_OR_RETURN(
        enrolled.institutions.emplace_back(),
        InstitutionAt(folder + "/institutions/" + id, id));
  }
  return enrolled;
}

std::string RegisterLines(const Peer& peer, const Enrolled& enrolled) {
  std::string lines;
  for (const auto& [id, author_key, access_key] : enrolled.institutions) {
    lines += fmt::format(
        "# in the entry of {}, beside what stands there\nclients = [\"{}\"]\n"
        "author_keys = [\"{}\"]\naccess_key = \"{}\"\n\n",
        id, peer.name, author_key, access_key);
  }
  const std::string pin = ToHex(enrolled.pin);
  if (peer.role == Role::kClient) {
    return lines +
           fmt::format("[[client]]\nname = \"{}\"\nkey_pins = [\"{}\"]\n",
                       peer.name, pin);
  }
  return lines + fmt::format(
                     "# in the entry of {}, beside what stands there\n"
                     "analyst_key_pins = [\"{}\"]\n",
                     peer.name, pin);
}

}  // namespace garderobe::client
