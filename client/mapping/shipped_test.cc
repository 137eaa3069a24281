// Each shipped mapping without a fixture of its own, over a few constructed
// rows with the headers that its vendor prints.
#include <fstream>
#include <map>
#include <set>

#include "client/mapping/guess.h"
#include "client/orders/order_file.h"
#include "core/catalogue/codes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Constructed {
  std::string mapping, text;
  std::map<std::string, std::string> set;
  std::string beside_name, beside_text;  // of a joined file
  uint64_t lines, counted, customers;
};

std::vector<Constructed> All() {
  const std::map<std::string, std::string> event = {
      {"event_id", "E1"}, {"starts_at", "2026-03-14 20:15"}};
  const std::map<std::string, std::string> start = {
      {"starts_at", "2026-03-14 20:15"}};
  return {
      {"alfio",
       "ReservationID,ID,Event,Confirmation,PaidPrice,Status,E-Mail,First Name,"
       "Last Name,Billing Address,Country Code\n"
       "R1,T1,jazz,2026-02-03T18:22:10+01:00[Europe/Amsterdam],12.50,ACQUIRED,"
       "a@example.org,An,Bos,\"Damrak 1, 1012 LG Amsterdam\",NL\n"
       "R1,T2,jazz,2026-02-03T18:22:10+01:00[Europe/Amsterdam],12.50,"
       "CHECKED_IN,a@example.org,An,Bos,,NL\n"
       "R2,T3,jazz,,12.50,PENDING,b@example.org,Bo,Vos,,NL\n",
       start, "", "", 2, 2, 1},
      {"tito",
       "Number,Ticket,Event,Void Status,Price,Ticket Reference,Order "
       "Reference,Order Name,Order Email,Order Phone Number,Order Completed "
       "Date\n"
       "1,Dagkaart,Poetry,,35.0,K1-1,K1,Noor Bakker,noor@example.org,,"
       "2026-02-03 18:22:10 UTC\n"
       "2,Dagkaart,Poetry,void,35.0,K1-2,K1,Noor Bakker,noor@example.org,,"
       "2026-02-03 18:22:10 UTC\n",
       start, "", "", 2, 1, 1},
      {"universe",
       "Order ID,Ticket ID,Listing Name,Date Attending,Date of Order,Ticket "
       "Price,Ticket Status,Payment Processor,Buyer Email,First Name,Last "
       "Name\n"
       "O1,T1,Quiz,2026-03-14,2026-02-01,10,paid,Stripe,a@example.org,An,Bos\n"
       "O1,T2,Quiz,2026-03-14,2026-02-01,10,paid,Stripe,a@example.org,An,Bos\n",
       {},
       "cancelled",
       "Ticket ID,Reason\nT2,ill\n",
       2,
       1,
       1},
      {"civicrm",
       "Contact ID,First Name,Last Name,Street Address,City,Postal "
       "Code,Country,"
       "Email,Phone,Participant ID,Event ID,Event Title,Event Start Date,"
       "Register date,Participant Status,Fee Amount,Is Test\n"
       "201,Els,Bos,Plein 1,Delft,2611 AB,Netherlands,els@example.org,,9001,55,"
       "Open dag,2026-04-04 13:00:00,2026-03-01,Registered,\"€ 7,50\",0\n"
       "202,Wim,Dam,,,,,wim@example.org,,9002,55,Open dag,2026-04-04 13:00:00,"
       "2026-03-01,No-show,\"€ 7,50\",0\n"
       "203,Ida,Mol,,,,,ida@example.org,,9003,55,Open dag,2026-04-04 13:00:00,"
       "2026-03-01,Registered,\"€ 7,50\",1\n",
       {},
       "",
       "",
       2,
       2,
       2},
      {"eventtickets",
       "Order ID,Order Status,Ticket ID,Ticket,Purchaser Name,Purchaser Email "
       "Address,Check in\n"
       "1,wc-completed,7001,Kind,An Bos,a@example.org,yes\n"
       "2,wc-refunded,7002,Kind,Bo Vos,b@example.org,\n"
       "3,wc-pending,7003,Kind,Bo Vos,b@example.org,\n",
       event, "", "", 2, 1, 2},
      {"woocommerce",
       "Order ID,Order Date,Order Status,Ticket ID,Ticket,Event,Event Start "
       "Date,Purchaser Name,Purchaser Email,Billing Address 1,Billing Postcode,"
       "Billing City,Billing Country,Billing Phone,Quantity,Line Total,Check "
       "in\n"
       "5101,2026-01-05 12:00:00,wc-completed,7001,Kind,Caf&eacute;,2026-02-07 "
       "19:30:00,An Bos,a@example.org,Damrak 12,1012 "
       "LG,Amsterdam,NL,,1,17.50,\n"
       "5102,2026-01-05 12:00:00,wc-refunded,7002,Kind,Caf&eacute;,2026-02-07 "
       "19:30:00,Bo Vos,b@example.org,Damrak 14,1012 LG,Amsterdam,NL,,1,'-9.00,"
       "\n",
       {},
       "",
       "",
       2,
       1,
       2},
      {"humanitix",
       "_id,orderId,eventDateId,eventDate.startDate,createdAt,total,"
       "ticketTypeName,isDonation,status,checkIn.checkedIn,salesChannel,"
       "firstName,lastName\n"
       "t1,o1,d1,2026-03-14T20:00:00+01:00,2026-02-01T10:00:00Z,20,Adult,false,"
       "complete,true,online,An,Bos\n"
       "t2,o1,d1,2026-03-14T20:00:00+01:00,2026-02-01T10:00:00Z,20,Adult,false,"
       "cancelled,false,boxOffice,An,Bos\n"
       "t3,o1,d1,2026-03-14T20:00:00+01:00,2026-02-01T10:00:00Z,5,,true,"
       "complete,false,online,An,Bos\n",
       {},
       "orders",
       "_id,email,mobile\no1,a@example.org,0612345670\n",
       2,
       1,
       1},
      {"tickettailor",
       "id,order_id,event_id,description,voided_at,first_name,last_name\n"
       "it_1,or_1,ev_1,Adult,,An,Bos\nit_2,or_1,ev_1,Adult,1770000000,An,Bos\n",
       {},
       "orders",
       "id,created_at,event_summary.name,event_summary.start_date.iso,"
       "buyer_details.email,buyer_details.phone,buyer_details.address.address_"
       "1,"
       "buyer_details.address.postal_code\n"
       "or_1,2026-02-01 10:00,Quiz,2026-03-14T20:00:00+01:00,a@example.org,,"
       "Damrak 1,1012 LG\n",
       2,
       1,
       1},
      {"tixly",
       "Bestelnummer;Barcode;Evenement ID;Evenement;Datum;Tijd;Transactiedatum;"
       "Prijs;Kaartsoort;Gebruiker;Gescand;Klantnummer;Naam;Straat;Huisnummer;"
       "Postcode;Plaats;Telefoon;E-mail\n"
       "B1;111;E1;Quiz;14-03-2026;20:15;01-02-2026;12,50;Normaal;tix.nl;;77;"
       "An Bos;Damrak;1;1012 LG;Amsterdam;;a@example.org\n"
       "B1;112;E1;Quiz;14-03-2026;20:15;01-02-2026;3,00;Garderobe;tix.nl;;77;"
       "An Bos;Damrak;1;1012 LG;Amsterdam;;a@example.org\n"
       "B1;113;E1;Quiz;14-03-2026;20:15;01-02-2026;12,50;Normaal;kassa;ja;77;"
       "An Bos;Damrak;1;1012 LG;Amsterdam;;a@example.org\n",
       {},
       "deleted",
       "Barcode;Reden\n113;ziek\n",
       2,
       1,
       1},
      {"stager",
       "Order ID,Ticket ID,Event ID,Event,Event date,Price,Ticket status,Email,"
       "Name\n"
       "1,11,E1,Quiz,2026-03-14 20:15,10,SOLD,a@example.org,An Bos\n"
       "1,12,E1,Quiz,2026-03-14 20:15,10,REFUNDED,a@example.org,An Bos\n"
       "2,13,E1,Quiz,2026-03-14 20:15,10,RESERVED,b@example.org,Bo Vos\n",
       {},
       "",
       "",
       2,
       1,
       1},
      {"regiondo",
       "Order ID,Ticket Code,Product ID,Product Name,Date of "
       "participation,Time "
       "of participation,Order Date,Order Time,Total price,Item Type,Status,"
       "Email\n"
       "1,A,P1,Tour,14.03.2026,20:15,01.02.2026,10:00,10,Ticket,Confirmed,"
       "a@example.org\n"
       "1,B,P1,Tour,14.03.2026,20:15,01.02.2026,10:00,25,Gift voucher,"
       "Confirmed,a@example.org\n"
       "1,C,P1,Tour,14.03.2026,20:15,01.02.2026,10:00,10,Ticket,Canceled,"
       "a@example.org\n",
       {},
       "",
       "",
       2,
       1,
       1},
      {"tiqets",
       "Order Date,Visit Date,Products,Tickets,Order Value,Reference "
       "ID,Status\n"
       "2026-02-01,2026-03-14,Museum,2,30,R1,fulfilled\n"
       "2026-02-01,2026-03-14,Museum,1,15,R2,revoked/cancelled\n",
       {},
       "",
       "",
       2,
       1,
       0},
      {"weezevent",
       "barcode;ticket type;price;last name;first name;email address\n"
       "1;Plein tarif;12,50;Bos;An;a@example.org\n",
       event, "", "", 1, 1, 1},
      {"uitpas",
       "id,eventId,eventTitle,creationDate,passholder.id,uitpasNumber,"
       "passholder.postalCode,passholder.dateOfBirth\n"
       "c1,E1,Quiz,2026-03-14T20:15:00+01:00,p1,0930000420206,9000,1980-02-"
       "03\n",
       {},
       "",
       "",
       1,
       1,
       1},
      {"koha",
       "day,branch,type,borrowernumber\n"
       "2026-03-14,CPL,issue,7\n2026-03-14,CPL,renew,7\n"
       "2026-03-14,CPL,issue,7\n2026-03-15,CPL,localuse,7\n",
       {},
       "borrowers",
       "borrowernumber,cardnumber,surname,firstname,email\n"
       "7,1234567,Bos,An,a@example.org\n",
       2,
       2,
       1},
      {"passculture",
       "\"Nom de l’offre\";\"Date de l'évènement\";\"Nom et prénom du "
       "bénéficiaire\";\"Email du bénéficiaire\";\"Téléphone du bénéficiaire\";"
       "\"Date et heure de réservation\";\"Contremarque\";\"Prix de la "
       "réservation\";\"Statut de la contremarque\"\n"
       "Concert;2026-03-15 20:00:00+01:00;Dubois Claire;c@example.org;;"
       "2026-02-15 15:19:44.491375+01:00;N7MEFH;19.50;remboursé\n"
       "Concert;2026-03-15 20:00:00+01:00;Petit Luc;l@example.org;;"
       "2026-02-15 15:19:44.491375+01:00;N7MEFI;19.50;annulé\n",
       {},
       "",
       "",
       2,
       1,
       2},
      {"starter",
       "datum;code;postcode;huisnummer;toevoeging\n"
       "14-03-2026;expo1;1012 LG;5;\n14-03-2026;expo1;1012 LG;5;\n"
       "15-03-2026;expo1;1012 LG;5;A\n",
       {},
       "",
       "",
       3,
       3,
       2}};
}

std::string Written(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

class ShippedTest : public ::testing::TestWithParam<Constructed> {};

TEST_P(ShippedTest, ReadsWhatItsVendorPrints) {
  const Constructed& one = GetParam();
  OrderFileOptions options = {
      Written(one.mapping + ".csv", one.text), one.mapping, {}, one.set};
  if (!one.beside_name.empty()) {
    options.with[one.beside_name] =
        Written(one.mapping + "-beside.csv", one.beside_text);
  }
  auto file = OrderFile::Open(options);
  ASSERT_THAT(file, IsOk());
  std::map<std::string, bool> lines;
  std::set<std::string> customers;
  OrderFile::Row row;
  while (*(*file)->Read(&row)) {
    if (row.passed_over) continue;
    ASSERT_FALSE(row.refusal.has_value()) << row.refusal->reason;
    lines[std::string(row.order.order_id) + "/" +
          std::string(row.order.line_id)] =
        Counts(static_cast<VisitStatus>(row.order.status));
    if (!row.order.customer_id.empty()) {
      customers.emplace(row.order.customer_id);
    }
  }
  EXPECT_EQ(lines.size(), one.lines);
  EXPECT_EQ(static_cast<uint64_t>(
                std::count_if(lines.begin(), lines.end(),
                              [](const auto& line) { return line.second; })),
            one.counted);
  EXPECT_EQ(customers.size(), one.customers);
}

TEST_P(ShippedTest, IsRecognised) {
  const Constructed& one = GetParam();
  const auto guess =
      GuessMapping(Written("guess-" + one.mapping + ".csv", one.text));
  ASSERT_THAT(guess, IsOk());
  EXPECT_EQ(guess->shipped, one.mapping);
}

INSTANTIATE_TEST_SUITE_P(Mappings, ShippedTest, ::testing::ValuesIn(All()),
                         [](const auto& one) { return one.param.mapping; });

TEST(AskedTest, WhatNoColumnSaysIsAskedFor) {
  const std::string path = Written(
      "asked.csv",
      "Order ID,Ticket ID,Purchaser Email Address\n1,2,a@example.org\n");
  EXPECT_THAT(OrderFile::Open({path, "eventtickets", {}}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("asks for event_id and starts_at")));
  EXPECT_THAT(
      OrderFile::Open({path, "eventtickets", {}, {{"event", "x"}}}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("nearest: event_id")));
}

TEST(GuessTest, ASeatIsOneOfItsRow) {
  const auto guess = GuessMapping(
      Written("seats.csv",
              "Nummer;Datum;Tijd;Voorstelling;Rij;Plaats;E-mail;Bedrag\n"
              "20260001;14-03-2026;20:15;Quiz;F;12;a@example.org;27,50\n"
              "20260001;14-03-2026;20:15;Quiz;K;12;a@example.org;27,50\n"));
  ASSERT_THAT(guess, IsOk());
  EXPECT_THAT(guess->yaml, HasSubstr("order_id: [\"Nummer\"]"));
  EXPECT_THAT(guess->yaml,
              HasSubstr("line_id: {key: [[\"Rij\"], [\"Plaats\"]]}"));
  EXPECT_THAT(guess->missing, ElementsAre());
}

TEST(GuessTest, WhatItCantKnowItAsks) {
  const auto guess =
      GuessMapping(Written("unknown.csv",
                           "Boekingsnummer,Barcode,Mailadres,Besteld op\n"
                           "77,a1,a@example.org,2026-02-03T18:22:10Z\n"));
  ASSERT_THAT(guess, IsOk());
  EXPECT_THAT(guess->yaml, HasSubstr("event_id: {value: \"?\"}"));
  EXPECT_THAT(guess->yaml, HasSubstr("zone: Europe/Amsterdam"));
  EXPECT_THAT(guess->notes, ::testing::Contains(HasSubstr("no price found")));
}

TEST(NationalNumberTest, AFileWithThemIsRefused) {
  for (const char* header : {"BSN", "Rijksregisternummer",
                             "passholder.inszNumber", "Numéro national"}) {
    const std::string path = Written(
        "national.csv", fmt::format("order_id,line_id,event_id,starts_at,{}\n"
                                    "1,1,E,2026-03-14,123456782\n",
                                    header));
    EXPECT_THAT(OrderFile::Open({path, "default", {}}).status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("national numbers")))
        << header;
  }
}

}  // namespace
}  // namespace garderobe::client
