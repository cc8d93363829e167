// SPDX-License-Identifier: Apache-2.0
// Opening libraries: what is missing, wrong, or not what it seems. MIT and Heimdal themselves are
// opened here, too; nothing is asked of them.
#include "loader.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace gss::test {
namespace {

// The build passes the path of a library that lacks almost everything.
const std::string incomplete = GSSXX_INCOMPLETE_LIBRARY;

Error refusal(std::string_view name, std::string_view library) {
    const Result<Backend> opened = Backend::open_library(name, library);
    EXPECT_FALSE(opened.has_value()) << library << " was opened";
    return opened.has_value() ? Error(ErrorCode::failure, "", "") : opened.error();
}

void expect_in(const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in: " << text;
}

std::size_t mapped_libraries() {
    std::ifstream maps("/proc/self/maps");
    std::size_t lines = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find(".so") != std::string::npos) {
            ++lines;
        }
    }
    return lines;
}

TEST(Loader, both_families_open_by_name_side_by_side) {
    const Backend mit = Backend::open("mit").value();
    const Backend heimdal = Backend::open("heimdal").value();
    EXPECT_EQ(mit.name(), "mit");
    EXPECT_EQ(mit.library(), "libgssapi_krb5.so.2");
    EXPECT_EQ(heimdal.name(), "heimdal");
    EXPECT_EQ(heimdal.library(), "libgssapi.so.3");
    EXPECT_FALSE(mit == heimdal);
    EXPECT_TRUE(mit == Backend::open_library("mit", "libgssapi_krb5.so.2").value());
}

TEST(Loader, the_default_is_the_first_of_the_list) {
    EXPECT_EQ(Backend::open_default().value().name(), "mit");
    const std::vector<BackendStatus> statuses = Backend::available();
    ASSERT_EQ(statuses.size(), 2U);
    EXPECT_EQ(statuses[0].name, "mit");
    EXPECT_EQ(statuses[1].name, "heimdal");
    for (const BackendStatus& status : statuses) {
        EXPECT_TRUE(status.available) << status.reason;
        EXPECT_EQ(status.reason, "");
        EXPECT_FALSE(status.library.empty());
    }
}

TEST(Loader, a_library_that_is_not_there_is_an_unavailable_backend) {
    for (const std::string_view library : {"libno-such-gssapi.so.9", "/nowhere/libgssapi.so"}) {
        const Error error = refusal("mit", library);
        EXPECT_EQ(error.code(), ErrorCode::backend_unavailable);
        EXPECT_EQ(error.subject(), library);
        EXPECT_EQ(error.backend(), "mit");
        expect_in(error.text(), "No such file");
    }
}

TEST(Loader, a_library_of_the_other_family_is_refused) {
    const Error heimdal_as_mit = refusal("mit", "libgssapi.so.3");
    EXPECT_EQ(heimdal_as_mit.code(), ErrorCode::backend_unavailable);
    expect_in(heimdal_as_mit.text(), "family");
    const Error mit_as_heimdal = refusal("heimdal", "libgssapi_krb5.so.2");
    EXPECT_EQ(mit_as_heimdal.code(), ErrorCode::backend_unavailable);
    expect_in(mit_as_heimdal.text(), "family");
}

TEST(Loader, relative_paths_are_refused_even_where_they_lead_somewhere) {
    const std::filesystem::path path(incomplete);
    std::filesystem::current_path(path.parent_path());
    const std::string file = path.filename();
    for (const std::string& relative :
         {"./" + file, "../" + path.parent_path().filename().string() + "/" + file,
          std::string("lib/") + file, std::string("")}) {
        const Error error = refusal("mit", relative);
        EXPECT_EQ(error.code(), ErrorCode::backend_unavailable);
        expect_in(error.text(), "neither a soname nor an absolute path");
    }
}

TEST(Loader, a_path_with_a_nul_is_refused) {
    const std::string path = incomplete + std::string("\0.so", 4);
    expect_in(refusal("mit", path).text(), "neither a soname nor an absolute path");
}

TEST(Loader, missing_symbols_are_named) {
    const Error error = refusal("mit", incomplete);
    EXPECT_EQ(error.code(), ErrorCode::backend_unavailable);
    EXPECT_EQ(error.subject(), incomplete);
    expect_in(error.text(), "gss_init_sec_context");
    expect_in(error.text(), "gss_release_buffer");
    EXPECT_EQ(error.text().find("gss_wrap "), std::string::npos) << "gss_wrap is there";
    // What is optional is not missed.
    EXPECT_EQ(error.text().find("iov"), std::string::npos);
}

TEST(Loader, libraries_of_something_else_and_other_files_are_refused) {
    EXPECT_EQ(refusal("mit", "libc.so.6").code(), ErrorCode::backend_unavailable);
    EXPECT_EQ(refusal("mit", "/etc/passwd").code(), ErrorCode::backend_unavailable);
    EXPECT_EQ(refusal("mit", "/").code(), ErrorCode::backend_unavailable);
}

TEST(Loader, unknown_backends_are_told_apart_from_missing_libraries) {
    for (const std::string_view name : {"sspi", "", "MIT", "mit "}) {
        const Result<Backend> opened = Backend::open(name);
        ASSERT_FALSE(opened.has_value());
        EXPECT_EQ(opened.error().code(), ErrorCode::backend_unavailable);
        expect_in(opened.error().text(), "no such backend; built in: mit, heimdal");
    }
}

TEST(Loader, opening_a_thousand_times_maps_nothing_more) {
    static_cast<void>(Backend::available());
    static_cast<void>(refusal("mit", "libno-such-gssapi.so.9"));
    const std::size_t before = mapped_libraries();
    ASSERT_GT(before, 0U);
    const Backend first = Backend::open("mit").value();
    for (int round = 0; round < 1000; ++round) {
        ASSERT_TRUE(Backend::open("mit").value() == first);
    }
    static_cast<void>(refusal("mit", "libno-such-gssapi.so.9"));
    EXPECT_EQ(mapped_libraries(), before);
}

TEST(Loader, capabilities_have_names) {
    for (int value = 0; value <= static_cast<int>(Capability::name_attributes); ++value) {
        EXPECT_NE(to_string(static_cast<Capability>(value)), "unknown");
    }
    EXPECT_EQ(to_string(static_cast<Capability>(200)), "unknown");
}

TEST(Version, is_three_numbers) {
    int major = 0;
    int minor = 0;
    int patch = 0;
    char more = 0;
    const std::string text(version());
    EXPECT_EQ(std::sscanf(text.c_str(), "%d.%d.%d%c", &major, &minor, &patch, &more), 3) << text;
}

} // namespace
} // namespace gss::test
