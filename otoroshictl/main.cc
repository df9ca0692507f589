// otoroshictl: the command line of developers. Today it answers --version and --help; `tcp-tunnel` is its
// first command.
#include <CLI/CLI.hpp>
#include <iostream>

int main(int argc, char** argv) {
  CLI::App app("Command line client of the Otoroshi TCP gateway", "otoroshictl");
  app.set_version_flag("--version", "otoroshictl " OTOROSHI_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& outcome) {  // --help and --version
    return app.exit(outcome);
  } catch (const CLI::ParseError& error) {
    std::cerr << "otoroshictl: " << error.what() << "\nTry otoroshictl --help.\n";
    return 2;
  }
  std::cout << app.help();
  return 0;
}
