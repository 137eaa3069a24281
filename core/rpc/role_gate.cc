#include "core/rpc/role_gate.h"

#include <algorithm>
#include <memory>
#include <type_traits>

#include "core/base/check.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/status_conversion.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/codegen/create_auth_context.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/impl/rpc_service_method.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace garderobe {
namespace {

using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

// The handler that generated code made for a method of `service`. gRPC keeps it
// from everybody but services.
MethodHandler* HandlerOf(grpc::Service& service, int index) {
  struct Access : grpc::Service {
    static auto Getter() { return &Access::GetHandler; }
  };
  return (service.*Access::Getter())(index);
}

// Who may call.
struct Admission {
  const std::vector<Peer>& callers;
  const PeerPins& pins;
};

absl::Status CheckRole(const Peer& peer, const std::vector<Peer>& callers) {
  const bool allowed =
      std::any_of(callers.begin(), callers.end(), [&](const Peer& caller) {
        return caller.role == peer.role &&
               (caller.name.empty() || caller.name == peer.name);
      });
  return allowed ? absl::OkStatus() : NotForPeer(peer, callers);
}

absl::Status MayCall(const grpc::AuthContext* context,
                     const Admission& admission) {
  GARDEROBE_ASSIGN_OR_RETURN(const Peer peer, PeerOf(context));
  GARDEROBE_RETURN_IF_ERROR(CheckRole(peer, admission.callers));
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPin shown, KeyPinOf(context));
  return admission.pins.Check(peer, shown);
}

// Why the call is refused. Never OkStatus, although the pins may be others by
// now than when that was decided.
absl::Status Refusal(const grpc::AuthContext* context,
                     const Admission& admission) {
  const absl::Status refused = MayCall(context, admission);
  if (refused.ok()) {
    return Unavailable("the register has just changed; try again");
  }
  const auto peer = PeerOf(context);
  const auto shown = KeyPinOf(context);
  if (peer.ok() && shown.ok() && CheckRole(*peer, admission.callers).ok()) {
    LogRefusedKey(PeerUri(*peer), *shown);
  }
  return refused;
}

// A stream that ends at once.
class RefusedStream final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

// Runs the service's own handler for those who may call, and for others one
// that takes the message as it is and answers with the refusal.
class GatedHandler final : public MethodHandler {
 public:
  GatedHandler(MethodHandler* allowed, bool streams, const Admission& admission)
      : allowed_(*allowed), admission_(admission) {
    const auto refusal = [admission](grpc::CallbackServerContext* context) {
      return Refusal(context->auth_context().get(), admission);
    };
    if (streams) {
      refused_ = std::make_unique<grpc::internal::CallbackBidiHandler<
          grpc::ByteBuffer, grpc::ByteBuffer>>(
          [refusal](grpc::CallbackServerContext* context) {
            return new RefusedStream(refusal(context));
          });
    } else {
      refused_ = std::make_unique<grpc::internal::CallbackUnaryHandler<
          grpc::ByteBuffer, grpc::ByteBuffer>>(
          [refusal](grpc::CallbackServerContext* context,
                    const grpc::ByteBuffer*, grpc::ByteBuffer*) {
            return FinishNow(context, refusal(context));
          });
    }
  }

  void* Deserialize(grpc_call* call, grpc_byte_buffer* message,
                    grpc::Status* status, void** data) override {
    auto* choice = new (grpc::g_core_codegen_interface->grpc_call_arena_alloc(
        call, sizeof(Choice))) Choice{&For(call), nullptr};
    *data = choice;
    return choice->handler->Deserialize(call, message, status, &choice->data);
  }
  void RunHandler(const HandlerParameter& parameter) override {
    // Streams come without a first message.
    if (parameter.internal_data == nullptr) {
      return For(parameter.call->call()).RunHandler(parameter);
    }
    const auto& choice = *static_cast<const Choice*>(parameter.internal_data);
    choice.handler->RunHandler(HandlerParameter(
        parameter.call, parameter.server_context, parameter.request,
        parameter.status, choice.data, parameter.call_requester));
  }

 private:
  // Which handler parsed the message, so that no other takes it: the pins may
  // change meanwhile. Lives in the call's arena, which runs no destructors.
  struct Choice {
    MethodHandler* handler;
    void* data;  // its own
  };
  static_assert(std::is_trivially_destructible_v<Choice>);

  MethodHandler& For(grpc_call* call) const {
    const auto context = grpc::CreateAuthContext(call);
    return MayCall(context.get(), admission_).ok() ? allowed_ : *refused_;
  }

  MethodHandler& allowed_;
  std::unique_ptr<MethodHandler> refused_;
  const Admission admission_;
};

}  // namespace

RoleGate::RoleGate(grpc::Service& service, const std::string& name,
                   std::vector<Peer> callers, const PeerPins& pins)
    : callers_(std::move(callers)) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          name);
  GARDEROBE_CHECK(descriptor != nullptr);
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const auto* method = descriptor->method(i);
    const bool streams = method->client_streaming();
    // The handlers above are of these two kinds.
    GARDEROBE_CHECK(streams == method->server_streaming());
    paths_.push_back("/" + name + "/" + method->name());
    AddMethod(new RpcServiceMethod(
        paths_.back().c_str(),
        streams ? RpcMethod::BIDI_STREAMING : RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodCallback(
        i, new GatedHandler(HandlerOf(service, i), streams, {callers_, pins}));
  }
}

}  // namespace garderobe
