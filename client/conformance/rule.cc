#include "client/conformance/rule.h"

#include "client/conformance/address_variants.h"
#include "client/conformance/batch_comparison.h"
#include "client/conformance/birth_date_variants.h"
#include "client/conformance/email_variants.h"
#include "client/conformance/id_variants.h"
#include "client/conformance/key_variants.h"
#include "client/conformance/name_variants.h"
#include "client/conformance/opened_batch.h"
#include "client/conformance/phone_variants.h"
#include "client/conformance/relation_comparison.h"
#include "client/conformance/token_search.h"
#include "client/conformance/visit_columns.h"
#include "client/conformance/visit_comparison.h"

namespace garderobe::client::conformance {

std::vector<const Rule*> AllRules() {
  std::vector<const Rule*> all;
  for (const auto& rules :
       {VisitRules(), VisitColumnRules(), IdRules(), RelationRules(),
        EmailRules(), PhoneRules(), NameRules(), BirthDateRules(),
        AddressRules(), RowRules(), KeyRules(), TokenRules(),
        OpenedBatchRules(), SealedPayloadRules(), RecorderRules(),
        RandomnessRules()}) {
    all.insert(all.end(), rules.begin(), rules.end());
  }
  return all;
}

}  // namespace garderobe::client::conformance
