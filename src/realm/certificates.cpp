// SPDX-License-Identifier: Apache-2.0
#include "certificates.h"

#include "fault.h"
#include "folder.h"
#include "process.h"

#include <string>
#include <system_error>
#include <utility>

namespace gss::inline v0::realm {

namespace {

/// Openssl replaces what begins with '$' and reads '\\' as an escape.
std::string literal(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        escaped.append(c == '$' || c == '\\' ? "\\" : "").push_back(c);
    }
    return escaped;
}

std::string request_text(std::string_view common_name, std::string_view extensions) {
    return "[req]\ndistinguished_name = name\nprompt = no\nx509_extensions = extensions\n"
           "[name]\nCN = " +
           literal(common_name) + "\n[extensions]\nsubjectKeyIdentifier = hash\n" +
           std::string(extensions);
}

/// RFC 4556 s3.2.2: "id-pkinit-san" holds a KRB5PrincipalName; s3.2.4: the KDC's certificate is
/// for "id-pkinit-KPKdc" and names "krbtgt" of its realm; appendix C of users:
/// "id-pkinit-KPClientAuth".
std::string owner_text(const Site& site, std::string_view principal, Certified owner) {
    const bool kdc = owner == Certified::kdc;
    std::string text = std::string("basicConstraints = critical,CA:FALSE\n"
                                   "authorityKeyIdentifier = keyid\n"
                                   "keyUsage = digitalSignature,keyEncipherment,keyAgreement\n") +
                       "extendedKeyUsage = 1.3.6.1.5.2.3." + (kdc ? "5" : "4") +
                       "\nsubjectAltName = otherName:1.3.6.1.5.2.2;SEQUENCE:principal\n"
                       "[principal]\nrealm = EXP:0,GeneralString:" +
                       site.options.name +
                       "\nname = EXP:1,SEQUENCE:typed\n"
                       "[typed]\ntype = EXP:0,INTEGER:" +
                       (kdc ? "2" : "1") +
                       "\ncomponents = EXP:1,SEQUENCE:components\n"
                       "[components]\n";
    int number = 0;
    for (;;) {
        const auto component = principal.substr(0, principal.find('/'));
        text += 'c';
        text += std::to_string(number++) + " = GeneralString:" + literal(component) + "\n";
        if (component.size() == principal.size()) {
            return text;
        }
        principal.remove_prefix(component.size() + 1);
    }
}

/// Runs openssl req; the certificate is what it writes.
Result<std::string> request(const Site& site, const std::filesystem::path& program,
                            const std::string& config, const std::filesystem::path& key,
                            bool by_authority) {
    const auto config_file = site.authority_folder() / "request.conf";
    if (auto written = write_file(config_file, config); !written) {
        return written.error();
    }
    ProgramCall call;
    call.program = program;
    call.environment = site.environment;
    call.arguments = {"req", "-x509",  "-newkey", "rsa:2048",           "-nodes",  "-days",
                      "30",  "-batch", "-config", config_file.string(), "-keyout", key.string()};
    if (by_authority) {
        call.arguments.insert(call.arguments.end(),
                              {"-CA", site.authority().string(), "-CAkey",
                               (site.authority_folder() / "authority.key").string()});
    }
    auto result = run_program(call);
    if (!result) {
        return result.error();
    }
    if (result->status != 0) {
        return fault(ErrorCode::failure, "run openssl", "", std::move(result->errors));
    }
    return std::move(result->output);
}

} // namespace

Result<void> make_certificate(const Site& site, std::string_view principal, Certified owner,
                              const std::filesystem::path& path) {
    auto program = find_openssl();
    if (!program) {
        return program.error();
    }
    const auto key = site.authority_folder() / "new.key";
    const auto certificate = request(
        site, *program,
        request_text(owner == Certified::kdc ? "KDC" : "user", owner_text(site, principal, owner)),
        key, true);
    if (!certificate) {
        return certificate.error();
    }
    auto written = write_file(path, *certificate + read_file(key));
    std::error_code ignored;
    std::filesystem::remove(key, ignored);
    return written;
}

Result<void> make_authority(const Site& site) {
    auto program = find_openssl();
    if (!program) {
        return program.error();
    }
    const auto certificate = request(site, *program,
                                     request_text("authority of " + site.options.name,
                                                  "basicConstraints = critical,CA:TRUE\n"
                                                  "keyUsage = critical,keyCertSign,cRLSign\n"),
                                     site.authority_folder() / "authority.key", false);
    if (!certificate) {
        return certificate.error();
    }
    auto written = write_file(site.authority(), *certificate);
    return written ? make_certificate(site, "krbtgt/" + site.options.name, Certified::kdc,
                                      site.kdc_certificate())
                   : written;
}

} // namespace gss::inline v0::realm
