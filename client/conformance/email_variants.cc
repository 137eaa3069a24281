#include "client/conformance/email_variants.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/identifiers/email.h"
#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kEmailSection = "identifiers.md, Identifiers";
constexpr std::string_view kRefusedSection =
    "identifiers.md, Why a value is not used";
constexpr Rule kEmailRaw{"email-raw", kEmailSection,
                         "the e-mail address is taken as it is written"};
constexpr Rule kEmailTrimmed{"email-trimmed", kEmailSection,
                             "the e-mail address is trimmed and nothing more"};
constexpr Rule kEmailLower{"email-lower", kEmailSection,
                           "the e-mail address is put into small letters and "
                           "nothing more"};
constexpr Rule kEmailCase{"email-case", kEmailSection,
                          "capitals of the e-mail address are kept"};
constexpr Rule kEmailTag{"email-tag-kept", kEmailSection,
                         "what stands behind + in the e-mail address is kept"};
constexpr Rule kEmailDots{"email-dots-kept", kEmailSection,
                          "dots are kept that the provider does not look at "
                          "(Gmail)"};
constexpr Rule kEmailDotsLost{"email-dots-lost", kEmailSection,
                              "dots are dropped where the provider looks at "
                              "them"};
constexpr Rule kEmailProvider{"email-provider", kEmailSection,
                              "a provider's second domain is kept "
                              "(googlemail.com)"};
constexpr Rule kEmailDomain{"email-domain", kEmailSection,
                            "the domain is not put into IDNA A-labels"};
constexpr Rule kEmailSeveral{"email-several", kEmailSection,
                             "of several addresses not the first alone is "
                             "taken, or what stands around an address is "
                             "kept"};
constexpr Rule kEmailRefused{"email-refused", kRefusedSection,
                             "an address is delivered that is refused as a "
                             "placeholder or the institution's own"};
constexpr Rule kEmailMalformed{"email-malformed", kRefusedSection,
                               "what is no e-mail address is delivered as "
                               "one"};
constexpr Rule kPassRaw{"pass-raw", kEmailSection,
                        "the pass number is taken as it is written"};
constexpr Rule kPassScheme{"pass-scheme", kEmailSection,
                           "the scheme before the pass number is left out"};

std::string WithoutDots(std::string text) {
  std::erase(text, '.');
  return text;
}

// The one address, in small letters.
std::string AddressIn(std::string text) {
  const size_t open = text.rfind('<'), close = text.rfind('>');
  if (open != text.npos && close != text.npos && open < close) {
    text = text.substr(open + 1, close - open - 1);
  }
  if (text.starts_with("mailto:")) text.erase(0, 7);
  return text.substr(0, text.find_first_of(",;/| \t"));
}

// The domain as the rules read it, before a provider's own rule.
std::string DomainOf(const std::string& domain) {
  const Normalised read = NormaliseEmail("abcdef@" + domain);
  const size_t at = read.value.find('@');
  const bool provider = NormalisationRules().providers.contains(domain);
  return at == std::string::npos || provider ? domain
                                             : read.value.substr(at + 1);
}

struct Spelling {
  std::string local, tagless, domain, read_domain, canonical;
  bool without_dots = false;
};

Spelling SpellingOf(const std::string& address) {
  Spelling s;
  const size_t at = address.find('@');
  s.local = address.substr(0, at);
  s.tagless = s.local.substr(0, s.local.find('+'));
  s.domain = at == std::string::npos ? "" : address.substr(at + 1);
  s.canonical = s.read_domain = DomainOf(s.domain);
  const auto& providers = NormalisationRules().providers;
  if (const auto found = providers.find(s.read_domain);
      found != providers.end()) {
    s.canonical = found->second.canonical_domain;
    s.without_dots = found->second.without_dots;
  }
  return s;
}

void AddPassVariants(const ReadFields& read, std::vector<FieldVariant>* to) {
  const std::string& raw = read.written.pass;
  if (raw.empty()) return;
  const auto add = [&](const Rule& rule, std::string value) {
    FieldVariant variant{&rule, Part::kPass, read.fields};
    variant.fields.pass = std::move(value);
    to->push_back(std::move(variant));
  };
  add(kPassRaw, raw);
  add(kPassRaw, FoldCompatible(CleanText(raw)).value_or(raw));
  const std::string& known = read.fields.pass.empty() ? raw : read.fields.pass;
  add(kPassScheme, known.substr(known.find(':') + 1));
}

}  // namespace

void AddEmailVariants(const ReadFields& read, std::vector<FieldVariant>* to) {
  AddPassVariants(read, to);
  const std::string& raw = read.written.email;
  if (raw.empty()) return;
  const auto add = [&](const Rule& rule, std::string value) {
    FieldVariant variant{&rule, Part::kEmail, read.fields};
    variant.fields.email = std::move(value);
    variant.fields.email_malformed.clear();
    to->push_back(std::move(variant));
  };
  const std::string trimmed = CleanText(raw);
  const std::string lower = FoldCompatible(trimmed).value_or(trimmed);
  const Spelling s = SpellingOf(AddressIn(lower));
  const bool is_refused = read.fields.email.empty();
  if (is_refused) {
    // Whatever it is made of, it was not to be delivered.
    const Rule& rule =
        read.fields.email_malformed.empty() ? kEmailRefused : kEmailMalformed;
    for (const std::string& value :
         {lower, trimmed, raw, s.tagless + "@" + s.canonical,
          (s.without_dots ? WithoutDots(s.tagless) : s.tagless) + "@" +
              s.canonical}) {
      add(rule, value);
    }
    return;
  }
  const auto dotted = [&](const std::string& local) {
    return s.without_dots ? WithoutDots(local) : local;
  };
  add(kEmailTag, dotted(s.local) + "@" + s.canonical);
  add(kEmailDots, s.tagless + "@" + s.canonical);
  add(kEmailProvider, dotted(s.tagless) + "@" + s.read_domain);
  add(kEmailDots, s.tagless + "@" + s.read_domain);
  add(kEmailDomain, dotted(s.tagless) + "@" + s.domain);
  add(kEmailDotsLost, WithoutDots(s.tagless) + "@" + s.canonical);
  // The tag is kept, and the dots before it too.
  add(kEmailTag, s.local + "@" + s.canonical);
  const Spelling kept = SpellingOf(AddressIn(trimmed));
  add(kEmailCase, dotted(kept.tagless) + "@" + s.canonical);
  add(kEmailCase, dotted(kept.tagless) + "@" + kept.domain);
  add(kEmailLower, lower);
  add(kEmailTrimmed, trimmed);
  add(kEmailRaw, raw);
  add(kEmailSeveral, AddressIn(lower));
  add(kEmailSeveral, lower.substr(lower.find_last_of(",;/| \t") + 1));
}

std::vector<const Rule*> EmailRules() {
  return {&kEmailRaw,    &kEmailTrimmed, &kEmailLower,    &kEmailCase,
          &kEmailTag,    &kEmailDots,    &kEmailDotsLost, &kEmailProvider,
          &kEmailDomain, &kEmailSeveral, &kEmailRefused,  &kEmailMalformed,
          &kPassRaw,     &kPassScheme};
}

}  // namespace garderobe::client::conformance
