// SPDX-License-Identifier: Apache-2.0
#include "request_maker.h"

#include <dlfcn.h>

#include <memory>
#include <stdexcept>
#include <type_traits>

namespace gss::test {

namespace {

/// krb5_data.
struct Data {
    std::int32_t magic = 0;
    unsigned length = 0;
    char* data = nullptr;
};

using Status = std::int32_t;

class Krb5 {
public:
    Krb5() : library_(dlopen("libkrb5.so.3", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
        if (library_ == nullptr) {
            throw std::runtime_error(dlerror());
        }
        check(function<Status(void**)>("krb5_init_context")(&context_));
    }
    ~Krb5() {
        function<void(void*)>("krb5_free_context")(context_);
        dlclose(library_);
    }
    Krb5(const Krb5&) = delete;
    Krb5& operator=(const Krb5&) = delete;

    [[nodiscard]] std::string request(const std::optional<RequestChecksum>& checksum) const {
        void* cache = nullptr;
        check(function<Status(void*, void**)>("krb5_cc_default")(context_, &cache));
        void* authentication = nullptr;
        check(function<Status(void*, void**)>("krb5_auth_con_init")(context_, &authentication));
        if (checksum) {
            check(function<Status(void*, void*, std::int32_t)>("krb5_auth_con_set_req_cksumtype")(
                context_, authentication, checksum->type));
        }
        std::string content = checksum ? checksum->content : std::string();
        Data input{0, static_cast<unsigned>(content.size()), content.data()};
        Data output;
        std::string service = "host";
        std::string host = "localhost";
        const Status made =
            function<Status(void*, void**, std::int32_t, char*, char*, Data*, void*, Data*)>(
                "krb5_mk_req")(context_, &authentication, 0, service.data(), host.data(),
                               checksum ? &input : nullptr, cache, &output);
        std::string request(output.data == nullptr ? "" : output.data, output.length);
        function<void(void*, Data*)>("krb5_free_data_contents")(context_, &output);
        function<Status(void*, void*)>("krb5_auth_con_free")(context_, authentication);
        function<Status(void*, void*)>("krb5_cc_close")(context_, cache);
        check(made);
        return request;
    }

private:
    template <typename Signature>
    [[nodiscard]] Signature* function(const char* name) const {
        void* found = dlsym(library_, name);
        if (found == nullptr) {
            throw std::runtime_error(name);
        }
        return reinterpret_cast<Signature*>(found);
    }
    static void check(Status status) {
        if (status != 0) {
            throw std::runtime_error("libkrb5 says " + std::to_string(status));
        }
    }

    void* library_ = nullptr;
    void* context_ = nullptr;
};

} // namespace

Bytes framed(std::string_view mechanism_content, std::string_view inner) {
    std::string body("\x06", 1);
    body += static_cast<char>(mechanism_content.size());
    body.append(mechanism_content).append(inner);
    std::string token("\x60\x84", 2);
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        token += static_cast<char>((body.size() >> shift) & 0xffU);
    }
    // The shortest form of the length, which DER asks for.
    if (body.size() < 0x10000) {
        token = std::string("\x60\x82", 2) + token.substr(4);
    }
    if (body.size() < 0x80) {
        token = std::string("\x60", 1) + static_cast<char>(body.size());
    }
    token += body;
    const BytesView view = as_bytes(token);
    return {view.begin(), view.end()};
}

Bytes make_request(const std::optional<RequestChecksum>& checksum) {
    return framed(kerberos_identifier, std::string("\x01\x00", 2) + Krb5().request(checksum));
}

} // namespace gss::test
