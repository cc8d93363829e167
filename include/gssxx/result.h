// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error, with the member names of std::expected.
#pragma once

#include <gssxx/error.h>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace gss::inline v0 {

/// A value or the Error that says why there is none. value() throws gss::Exception; operator*
/// and operator-> require has_value(), error() requires !has_value().
template <typename T>
class [[nodiscard]] Result {
public:
    using value_type = T;
    using error_type = Error;

    // NOLINTNEXTLINE(google-explicit-constructor): functions return either side directly.
    Result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) requires(
        !std::is_same_v<T, bool>)
        : state_(std::in_place_index<0>, std::move(value)) {}
    /// A Result<bool> is made of a bool and nothing that merely converts to one.
    template <std::same_as<bool> Bool>
    requires(std::is_same_v<T, bool>)
        // NOLINTNEXTLINE(google-explicit-constructor)
        Result(Bool value)
    noexcept : state_(std::in_place_index<0>, value) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) noexcept : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    /// Not for Result<bool>, where `if (a.equals(b))` would ask the wrong question: ask
    /// has_value() and value() there.
    explicit operator bool() const noexcept requires(!std::is_same_v<T, bool>) {
        return has_value();
    }

    [[nodiscard]] T& value() & {
        check();
        return **this;
    }
    [[nodiscard]] const T& value() const& {
        check();
        return **this;
    }
    // By value, so that `for (auto& x : f().value())` does not dangle.
    [[nodiscard]] T value() && {
        check();
        return *std::move(*this);
    }
    [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
    [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

    [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] T operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
    [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    /// The value, or @p alternative where there is none.
    template <typename U>
    [[nodiscard]] T value_or(U&& alternative) && {
        return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(alternative));
    }

private:
    void check() const {
        if (!has_value()) {
            throw_exception(error());
        }
    }

    std::variant<T, Error> state_;
};

/// Success, or the Error that says what failed.
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;
    using error_type = Error;

    Result() noexcept = default;
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) noexcept : error_(std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (error_) {
            throw_exception(*error_);
        }
    }
    [[nodiscard]] const Error& error() const& noexcept { return *error_; }

private:
    std::optional<Error> error_;
};

} // namespace gss::inline v0
