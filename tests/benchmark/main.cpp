// SPDX-License-Identifier: Apache-2.0
// gssxx_bench: what the binding costs over the C calls it makes.
#include "arguments.h"
#include "report.h"
#include "suite.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace gss::bench {

namespace {

/// Shows each row as soon as it is there.
class LineReporter : public benchmark::BenchmarkReporter {
public:
    explicit LineReporter(const Suite& suite) : suite_(suite) {}
    bool ReportContext(const Context& /*context*/) override { return true; }
    void ReportRuns(const std::vector<Run>& /*runs*/) override {
        print_line(std::cout, suite_.rows().back());
    }

private:
    const Suite& suite_;
};

CompareSettings settings_for(const Arguments& arguments) {
    CompareSettings settings;
    if (arguments.quick) {
        settings.pairs = 4;
        settings.least_pairs = 2;
        settings.batch = std::chrono::microseconds(500);
    }
    return settings;
}

void register_all(Suite& suite, bool quick) {
    for (const BackendStatus& status : Backend::available()) {
        const Backend backend = Backend::open(status.name).value();
        add_messages(suite, backend);
        add_establishment(suite, backend);
        add_credentials(suite, backend);
        add_memory(suite, backend);
        add_ssh_login(suite, backend);
    }
#ifdef GSSXX_BENCH_TRANSPORT
    add_transport(suite, quick);
#else
    static_cast<void>(quick);
#endif
}

void write_json(const std::string& path, const std::vector<Row>& rows) {
    std::ofstream file(path);
    print_json(file, rows);
    file.close();
    if (!file) {
        throw std::runtime_error("cannot write " + path);
    }
}

int run(const Arguments& arguments, char* program) {
    int count = 1;
    benchmark::Initialize(&count, &program);
    Suite suite(settings_for(arguments), arguments.filter);
    register_all(suite, arguments.quick);
    LineReporter reporter(suite);
    benchmark::RunSpecifiedBenchmarks(&reporter, "all");
    if (suite.rows().empty()) {
        throw std::runtime_error("no row matches " + arguments.filter);
    }
    if (arguments.json) {
        write_json(*arguments.json, suite.rows());
    }
    if (arguments.markdown) {
        print_markdown(std::cout, suite.rows());
    }
    const auto missed = std::count_if(suite.rows().begin(), suite.rows().end(),
                                      [](const Row& row) { return row.missed(); });
    std::cout << suite.rows().size() << " rows, " << missed << " bounds missed" << std::endl;
    return missed != 0 && arguments.fail ? 1 : 0;
}

} // namespace

} // namespace gss::bench

int main(int argc, char** argv) {
    using namespace gss::bench;
    const auto parsed = parse_arguments(argc, argv);
    if (std::holds_alternative<HelpWanted>(parsed)) {
        std::cout << usage();
        return 0;
    }
    if (const auto* wrong = std::get_if<std::string>(&parsed)) {
        std::cerr << "gssxx_bench: " << *wrong << "\n\n" << usage();
        return 2;
    }
    try {
        return run(std::get<Arguments>(parsed), argv[0]);
    } catch (const std::exception& error) {
        std::cerr << "gssxx_bench: " << error.what() << std::endl;
        return 2;
    }
}
