#include "client/mapping/column_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "client/orders/words.h"

namespace garderobe::client {
namespace {

size_t At(Column column) { return static_cast<size_t>(column); }

// What else box offices call a column, beside the names in the shipped
// mappings.
const std::vector<std::pair<size_t, std::vector<std::string>>>& MoreNames() {
  using C = Column;
  static const auto* const names = new std::vector<
      std::pair<size_t, std::vector<std::string>>>{
      {At(C::kOrderId),
       {"order", "ordernr", "bestelling", "nummer", "transactie",
        "transactienummer", "reserveringsnummer", "bonnr", "factuurnummer",
        "commande", "transactionid", "reservationid", "boekingsnummer",
        "orderreference", "numerodecommande", "numerocommande"}},
      {At(C::kLineId),
       {"stoel", "stoelnr", "seat", "zitplaats", "lineid", "ticketnr",
        "barcode", "kaartnummer", "regelnr", "volgnummer", "ticketcode",
        "plaatsid", "participantid", "attendeeid", "ticketreference",
        "codebarres", "billet"}},
      {At(C::kEventId),
       {"eventcode", "productiecode", "voorstellingid", "activiteitid",
        "programmanummer", "eventnummer", "voorstellingsnr"}},
      {At(C::kEventTitle),
       {"event", "eventname", "activiteit", "productie", "film",
        "evenementnaam", "programma", "tentoonstelling", "naamevenement"}},
      {At(C::kGenre), {"categorie", "discipline", "genrenaam"}},
      {At(C::kStartsAt),
       {"voorstellingsdatum", "eventdate", "datumvoorstelling", "startdatum",
        "speeldatum", "datumbezoek", "bezoekdatum", "datumevenement", "datum",
        "date", "aanvangsdatum", "performancedate", "datedelevenement",
        "datedebut", "occasionstartdate"}},
      {At(C::kSoldAt),
       {"aankoopdatum", "transactiedatum", "orderdatum", "datumverkoop",
        "besteldatumtijd", "createdat", "purchasedate", "boekingsdatum"}},
      {At(C::kQuantity),
       {"aantalkaarten", "aantaltickets", "tickets", "qty", "stuks", "kaarten",
        "aantalpersonen"}},
      {At(C::kPrice),
       {"totaal", "totaalbedrag", "total", "amount", "omzet", "betaald",
        "brutoprijs", "regelbedrag", "prix", "montant", "linetotal",
        "feeamount"}},
      {kPriceEach, {"stukprijs", "prijsperstuk", "unitprice", "kaartprijs"}},
      {At(C::kChannel),
       {"verkooppunt", "saleschannel", "bron", "afdeling", "herkomst"}},
      {At(C::kStatus),
       {"orderstatus", "ticketstatus", "betaalstatus", "toestand", "statut",
        "etat"}},
      {At(C::kCustomerId),
       {"klant", "klantid", "customerid", "relatieid", "debiteurnummer",
        "persoonid", "contactid", "customernumber", "relatienr", "klantcode"}},
      {At(C::kEmail),
       {"mail", "emailadres", "emailaddress", "courriel", "mailadres",
        "adressemail", "purchaseremail"}},
      {At(C::kPhone),
       {"tel", "gsm", "telephone", "billingphone", "telefoon1", "mobielnummer",
        "telefoonmobiel", "phonenumber", "mobilenumber", "gsmnummer", "telnr"}},
      {At(C::kFirstName), {"roepnaam", "voorletters", "prenom", "firstname"}},
      {At(C::kLastName), {"familienaam", "surname", "lastname", "nom"}},
      {kFullName,
       {"customername", "attendeename", "buyername", "naam", "name",
        "klantnaam", "volledigenaam", "besteller", "koper", "fullname",
        "contactpersoon", "naamklant", "nometprenom", "nomclient",
        "purchasername"}},
      {At(C::kBirthDate),
       {"gebdatum", "dateofbirth", "birthdate", "dob", "geboren"}},
      {At(C::kPostcode),
       {"pc", "zipcode", "postalcode", "plz", "postcde", "codepostal",
        "billingpostcode"}},
      {At(C::kHouseNumber), {"huisnr", "nr", "nummer", "number", "hnr"}},
      {At(C::kHouseNumberAddition), {"bus", "toev", "huisnrtoev"}},
      {At(C::kStreet),
       {"straatnaam", "adres1", "address1", "streetaddress", "billingaddress1",
        "rue"}},
      {kAddressLine, {"adres", "address", "volledigadres", "adresse"}},
      {At(C::kCity), {"gemeente", "stad", "town", "ville", "ort"}},
      {At(C::kCountry), {"landcode", "countrycode", "pays"}},
      {At(C::kPass), {"uitpas", "uitpasnummer", "cjp", "museumkaart"}}};
  return *names;
}

void NamesIn(const Source& source, std::vector<std::string>* names) {
  for (const HeaderRef& ref : source.headers) {
    names->push_back(PlainWord(ref.name));
  }
}

// A number's name without what says that it is one.
std::string StemOf(const std::string& plain) {
  for (std::string_view suffix :
       {"nummer", "number", "code", "key", "nr", "no", "id"}) {
    if (plain.ends_with(suffix) && plain.size() >= suffix.size() + 4) {
      return plain.substr(0, plain.size() - suffix.size());
    }
  }
  return plain;
}

}  // namespace

std::vector<ColumnNames> AllColumnNames(const std::vector<Mapping>& shipped) {
  std::vector<ColumnNames> all;
  for (size_t i = 0; i < kTargetCount; ++i) {
    ColumnNames one{i, {}};
    for (const Mapping& mapping : shipped) {
      if (mapping.columns[i]) NamesIn(*mapping.columns[i], &one.names);
      for (const Join& join : mapping.joins) {
        if (join.columns[i]) NamesIn(*join.columns[i], &one.names);
      }
    }
    for (const auto& [target, names] : MoreNames()) {
      if (target != i) continue;
      one.names.insert(one.names.end(), names.begin(), names.end());
    }
    all.push_back(std::move(one));
  }
  return all;
}

double HeaderScore(const ColumnNames& names, const std::string& header,
                   bool numbers) {
  const std::string plain = PlainWord(header);
  if (plain.empty()) return 0;
  double best = 0;
  for (const std::string& name : names.names) {
    if (name == plain) return 1;
    if (numbers && StemOf(name) == StemOf(plain)) best = 0.95;
    if (name.size() >= 5 && plain.find(name) != plain.npos) {
      best = std::max(best, 0.5);
    }
  }
  return best;
}

}  // namespace garderobe::client
