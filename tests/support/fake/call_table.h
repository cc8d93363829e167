// SPDX-License-Identifier: Apache-2.0
// A table of native functions in front of ordinary C++ functions.
//
// rfc2744::Functions holds plain function pointers, which carry no state. A NativeTable owns one
// of a fixed number of slots; for each slot there is a set of trampolines that find its table.
#pragma once

#include "library.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gss::test {

namespace abi = rfc2744::abi;

/// The native functions by name.
enum class Call : std::size_t {
#define GSSXX_ENUMERATOR(name, parameters) name,
    GSSXX_RFC2744_SYMBOLS(GSSXX_ENUMERATOR, GSSXX_ENUMERATOR)
#undef GSSXX_ENUMERATOR
};

/// "gss_wrap" and so on.
[[nodiscard]] std::string_view name_of(Call call) noexcept;

/// What each native function does.
struct CallTable {
#define GSSXX_FUNCTION(name, parameters) std::function<abi::Uint32 parameters> name;
    GSSXX_RFC2744_SYMBOLS(GSSXX_FUNCTION, GSSXX_FUNCTION)
#undef GSSXX_FUNCTION
};

/// True for the calls that only give something back; they have no failures worth a script.
[[nodiscard]] bool is_release(Call call) noexcept;

/// A table of plain functions that do what a CallTable says, until a script says otherwise.
/// Thread-safe. The table must outlive all that was made with its functions; a call through a
/// table that is gone ends the program with a message.
class NativeTable {
public:
    explicit NativeTable(CallTable honest);
    ~NativeTable();
    NativeTable(const NativeTable&) = delete;
    NativeTable& operator=(const NativeTable&) = delete;

    /// The plain functions; null where @p honest has none.
    [[nodiscard]] const rfc2744::Functions& functions() const noexcept { return functions_; }
    [[nodiscard]] const CallTable& honest() const noexcept { return honest_; }

    /// Puts @p function in place of a call; null ends that.
    template <typename Function>
    void replace(Function CallTable::*member, std::type_identity_t<Function> function) {
        const std::lock_guard lock(mutex_);
        script_.*member = std::move(function);
    }
    /// Whether a call that is to fail is carried out all the same: then its outputs are set.
    enum class Carried : bool { not_at_all, out };
    /// Makes the next calls of that kind return @p status.
    void fail(Call call, NativeStatus status, std::size_t times = 1,
              Carried carried = Carried::not_at_all);
    /// Makes the n-th call from now on (from 1, releases not counted) return @p status.
    void fail_nth(std::size_t n, NativeStatus status, Carried carried = Carried::not_at_all);
    /// The call that fail_nth() hit, if one did.
    [[nodiscard]] std::optional<Call> hit() const;

    /// How many calls of that kind were made.
    [[nodiscard]] std::size_t count(Call call) const;
    /// How many calls were made, releases not counted.
    [[nodiscard]] std::size_t count() const;

    /// For the trampolines.
    template <auto Member, typename... Arguments>
    abi::Uint32 invoke(Call call, abi::Uint32* minor, Arguments... arguments) {
        auto function = honest_.*Member;
        std::optional<Failure> failure;
        {
            const std::lock_guard lock(mutex_);
            failure = scripted_failure(call);
            if (script_.*Member) {
                function = script_.*Member;
            }
        }
        abi::Uint32 major = 0;
        if (!failure || failure->carried == Carried::out) {
            major = function(minor, arguments...);
        }
        if (failure) {
            major = failure->status.major;
            *minor = failure->status.minor;
        }
        return major;
    }

private:
    struct Failure {
        NativeStatus status;
        Carried carried = Carried::not_at_all;
    };
    struct Failing {
        Call call;
        Failure failure;
        std::size_t times;
    };
    [[nodiscard]] std::optional<Failure> scripted_failure(Call call);

    const CallTable honest_;
    std::size_t slot_;
    rfc2744::Functions functions_;

    mutable std::mutex mutex_;
    CallTable script_;
    std::vector<Failing> failing_;
    std::optional<std::size_t> countdown_;
    Failure nth_failure_;
    std::optional<Call> hit_;
    std::vector<std::size_t> counts_;
};

} // namespace gss::test
