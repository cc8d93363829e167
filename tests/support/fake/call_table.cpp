// SPDX-License-Identifier: Apache-2.0
#include "call_table.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace gss::test {

namespace {

constexpr std::array call_names{
#define GSSXX_NAME(name, parameters) std::string_view("gss_" #name),
    GSSXX_RFC2744_SYMBOLS(GSSXX_NAME, GSSXX_NAME)
#undef GSSXX_NAME
};

constexpr std::size_t slot_count = 16;

using Slots = std::array<std::atomic<NativeTable*>, slot_count>;

Slots& slots() {
    static Slots instance{};
    return instance;
}

[[noreturn]] void end_program(const char* why) {
    std::fputs(why, stderr);
    std::abort();
}

NativeTable& occupant(std::size_t slot) {
    NativeTable* table = slots()[slot].load();
    if (table == nullptr) {
        end_program("a native function was called after its table was gone\n");
    }
    return *table;
}

template <std::size_t Slot, auto Member, Call Which>
struct Trampoline;

template <std::size_t Slot, Call Which, typename... Arguments,
          std::function<abi::Uint32(Arguments...)> CallTable::*Member>
struct Trampoline<Slot, Member, Which> {
    static abi::Uint32 call(Arguments... arguments) {
        return occupant(Slot).template invoke<Member>(Which, arguments...);
    }
};

template <std::size_t Slot>
rfc2744::Functions functions_of_slot() {
    rfc2744::Functions functions;
#define GSSXX_FILL(name, parameters)                                                               \
    functions.name = &Trampoline<Slot, &CallTable::name, Call::name>::call;
    GSSXX_RFC2744_SYMBOLS(GSSXX_FILL, GSSXX_FILL)
#undef GSSXX_FILL
    return functions;
}

template <std::size_t... Slot>
rfc2744::Functions functions_of(std::size_t slot, std::index_sequence<Slot...> /*all*/) {
    static const std::array tables{functions_of_slot<Slot>()...};
    return tables[slot];
}

std::size_t claim_slot(NativeTable* table) {
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        NativeTable* nobody = nullptr;
        if (slots()[slot].compare_exchange_strong(nobody, table)) {
            return slot;
        }
    }
    end_program("more native tables at once than there are slots\n");
}

} // namespace

std::string_view name_of(Call call) noexcept {
    return call_names[static_cast<std::size_t>(call)];
}

bool is_release(Call call) noexcept {
    switch (call) {
    case Call::release_name:
    case Call::release_cred:
    case Call::release_buffer:
    case Call::release_oid_set:
    case Call::release_iov_buffer:
    case Call::release_buffer_set:
    case Call::release_oid:
    case Call::delete_sec_context:
        return true;
    default:
        return false;
    }
}

NativeTable::NativeTable(CallTable honest)
    : honest_(std::move(honest)), slot_(claim_slot(this)),
      functions_(functions_of(slot_, std::make_index_sequence<slot_count>{})),
      counts_(call_names.size()) {
#define GSSXX_ABSENT(name, parameters)                                                             \
    if (!honest_.name) {                                                                           \
        functions_.name = nullptr;                                                                 \
    }
    GSSXX_RFC2744_SYMBOLS(GSSXX_ABSENT, GSSXX_ABSENT)
#undef GSSXX_ABSENT
}

NativeTable::~NativeTable() {
    slots()[slot_].store(nullptr);
}

void NativeTable::fail(Call call, NativeStatus status, std::size_t times, Carried carried) {
    const std::lock_guard lock(mutex_);
    failing_.push_back({call, {status, carried}, times});
}

void NativeTable::fail_nth(std::size_t n, NativeStatus status, Carried carried) {
    const std::lock_guard lock(mutex_);
    countdown_ = n;
    nth_failure_ = {status, carried};
    hit_.reset();
}

std::optional<Call> NativeTable::hit() const {
    const std::lock_guard lock(mutex_);
    return hit_;
}

std::size_t NativeTable::count(Call call) const {
    const std::lock_guard lock(mutex_);
    return counts_[static_cast<std::size_t>(call)];
}

std::size_t NativeTable::count() const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (std::size_t index = 0; index < counts_.size(); ++index) {
        sum += is_release(static_cast<Call>(index)) ? 0 : counts_[index];
    }
    return sum;
}

std::optional<NativeTable::Failure> NativeTable::scripted_failure(Call call) {
    ++counts_[static_cast<std::size_t>(call)];
    for (Failing& entry : failing_) {
        if (entry.call == call && entry.times != 0) {
            --entry.times;
            return entry.failure;
        }
    }
    if (countdown_ && !is_release(call) && --*countdown_ == 0) {
        countdown_.reset();
        hit_ = call;
        return nth_failure_;
    }
    return std::nullopt;
}

} // namespace gss::test
