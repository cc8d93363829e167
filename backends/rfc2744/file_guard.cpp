// SPDX-License-Identifier: Apache-2.0
#include "file_guard.h"

#include "credential_files.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include <sys/stat.h>

namespace gss::inline v0::rfc2744 {

namespace {

/// What a file looked like from outside when it was examined.
struct Signature {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Signature&, const Signature&) = default;

    /// Written long enough ago for the clock of the file system to tell it from the next change.
    [[nodiscard]] bool is_settled() const noexcept {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::seconds(seconds) + std::chrono::seconds(2) < now;
    }
};

std::optional<Signature> signature_of(const std::string& path) {
    struct stat attributes {};
    if (stat(path.c_str(), &attributes) != 0) {
        return std::nullopt;
    }
    return Signature{attributes.st_dev, attributes.st_ino, attributes.st_size,
                     attributes.st_mtim.tv_sec, attributes.st_mtim.tv_nsec};
}

/// The last file of a kind that was examined, and what it was.
struct Examined {
    std::string name; // "FILE:/tmp/krb5cc_0"
    std::string path; // empty: not a file
    std::optional<Signature> signature;
    ExaminedCache verdict;
};

using Examine = ExaminedCache (*)(const std::string& path);

/// Turns to the file of that name, if it is one. No name leaves what was examined as it is.
bool is_file(Examined& last, const std::string& name,
             std::string (*path_of)(std::string_view name)) {
    if (name.empty()) {
        return false;
    }
    // Which of the caches of a folder is chosen may change.
    if (name != last.name || name.starts_with("DIR:")) {
        std::string path = path_of(name);
        if (name != last.name || path != last.path) {
            last = Examined{name, std::move(path), {}, {}};
        }
    }
    return !last.path.empty();
}

/// Its tickets serve for so long from now on.
bool lasts(const ExaminedCache& cache, std::chrono::seconds time) noexcept {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::seconds(cache.until) > now + time;
}

const ExaminedCache& look_at(Examined& last, Examine examine) {
    const std::optional<Signature> signature = signature_of(last.path);
    const bool ended = !last.verdict.finding && last.verdict.until != 0 &&
                       !lasts(last.verdict, std::chrono::seconds(0));
    if (!signature || signature != last.signature || ended) {
        // Looked at before it is examined: what changes meanwhile is examined again. So is what
        // has just been written, because another change may bear the same time.
        last.signature = signature && signature->is_settled() ? signature : std::nullopt;
        last.verdict = examine(last.path);
    }
    return last.verdict;
}

ExaminedCache keytab_verdict(const std::string& path) {
    return {examine_keytab(path), {}, 0};
}

/// A cache whose tickets end while the library looks at it sends the library to the keytab.
constexpr std::chrono::seconds soon{2};

struct PerThread {
    std::optional<Krb5Context> context;
    Examined cache;
    Examined keytab;
};

PerThread& of_this_thread() {
    thread_local PerThread state;
    return state;
}

bool is_damaged(const std::optional<Finding>& finding) noexcept {
    return finding && (finding->code == ErrorCode::ccache_corrupt ||
                       finding->code == ErrorCode::keytab_corrupt);
}

Error refusal(const Library& library, const GuardedCall& call, const Sources& sources,
              ErrorCode code, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = call.operation;
    details.backend = library.traits.name;
    details.subject =
        call.principal.empty() ? describe(sources) : call.principal + ", " + describe(sources);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

} // namespace

Sources guarded_sources(const Library& library, CredentialUsage usage) {
    if (!library.traits.crashes_on_damaged_files) {
        return {};
    }
    std::optional<Krb5Context>& context = of_this_thread().context;
    if (!context || !context->is_of(library.loaded.krb5)) {
        context.emplace(library.loaded.krb5);
    }
    return default_sources(*context, usage);
}

std::optional<Error> refuse_damaged(const Library& library, const GuardedCall& call,
                                    const Sources& sources) {
    PerThread& state = of_this_thread();
    const ExaminedCache* cache = nullptr;
    if (is_file(state.cache, sources.cache, &file_of_cache)) {
        cache = &look_at(state.cache, &examine_cache);
        if (is_damaged(cache->finding)) {
            return refusal(library, call, sources, cache->finding->code, cache->finding->message);
        }
    }
    const bool cache_serves = call.usage == CredentialUsage::initiate && cache != nullptr &&
                              !cache->finding && lasts(*cache, soon) &&
                              (call.principal.empty() || call.principal == cache->principal);
    if (cache_serves) {
        return std::nullopt; // the keytab is not opened
    }
    if (!is_file(state.keytab, sources.keytab, &file_path)) {
        // Heimdal's acceptor crashes on such a name, too.
        const std::optional<Finding> unknown = call.usage == CredentialUsage::accept
                                                   ? examine_keytab_type(sources.keytab)
                                                   : std::nullopt;
        return unknown
                   ? std::optional(refusal(library, call, sources, unknown->code, unknown->message))
                   : std::nullopt;
    }
    const ExaminedCache& keytab = look_at(state.keytab, &keytab_verdict);
    if (!is_damaged(keytab.finding)) {
        return std::nullopt;
    }
    if (call.usage == CredentialUsage::initiate && cache != nullptr && cache->finding) {
        // What the caller has to mend first is the cache.
        return refusal(library, call, sources, cache->finding->code,
                       cache->finding->message + "; " + keytab.finding->message);
    }
    return refusal(library, call, sources, keytab.finding->code, keytab.finding->message);
}

} // namespace gss::inline v0::rfc2744
