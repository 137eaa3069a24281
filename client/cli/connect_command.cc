// Whether everything is in place before a first delivery.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "client/cli/command.h"
#include "client/send/service_parameters.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

constexpr auto kConnectPatience = std::chrono::seconds(10);

struct ConnectArguments {
  std::string institution, client;
};

absl::Status Connect(const Context& context,
                     const ConnectArguments& arguments) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  const std::string& institution = arguments.institution;
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string client,
      deployment.ClientFor(institution, arguments.client));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.EndpointOf(client));
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(endpoint.tls));
  GARDEROBE_ASSIGN_OR_RETURN(const CertificateInfo certificate,
                             ReadCertificate(endpoint.tls.certificate));
  StreamOpener<v1::DeliveryService> ttpd(endpoint.ttpd, endpoint.tls);
  const auto published =
      FetchPublished(endpoint, deployment.client_state(client), ttpd,
                     kConnectPatience, [](const absl::Status&) {});
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(published.status(), endpoint.ttpd, endpoint.tls));

  v1::GetFeedRequest request;
  request.mutable_feed()->set_institution(institution);
  request.mutable_feed()->set_source("connect");
  request.mutable_feed()->set_kind(v1::FEED_KIND_VISITS);
  v1::GetFeedResponse response;
  grpc::ClientContext call;
  SetDeadline(call, kConnectPatience);
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(ttpd.Get()->GetFeed(&call, request, &response)));

  const v1::Serials serials = published->serials();
  const uint32_t days_left = DaysLeft(certificate);
  return Print(
      context.form,
      {{{"client", client},
        {"institution", institution},
        {"certificate_days_left", days_left},
        {"serials",
         {{"ttp", serials.ttp()},
          {"vault", serials.vault()},
          {"aggregator", serials.aggregator()}}}},
       fmt::format("ttpd         {} shows the key of client.toml\n"
                   "certificate  {}, {} days left; its key is in the register\n"
                   "parameters   signed by all three parties, in force; "
                   "serials {}, {}, "
                   "{}\n"
                   "register     {} may deliver for {}",
                   endpoint.ttpd.address, certificate.identity, days_left,
                   serials.ttp(), serials.vault(), serials.aggregator(), client,
                   institution)});
}

}  // namespace

void AddConnectCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "connect",
      "test the way to ttpd: certificate, keys, register; nothing is "
      "delivered");
  auto arguments = std::make_shared<ConnectArguments>();
  command->add_option("--institution", arguments->institution, "for whom")
      ->required();
  command->add_option("--client", arguments->client,
                      "who delivers; needed only where it is not clear");
  command->footer("Example: garderobe connect --institution museum-01");
  command->callback([&context, arguments] {
    const absl::Status status = Connect(context, *arguments);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
