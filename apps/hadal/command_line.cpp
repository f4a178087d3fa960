#include "command_line.hpp"

#include <fmt/format.h>

#include "commands.hpp"
#include "exit_code.hpp"
#include "hadal/version.hpp"

namespace hadal::cli {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string expected(const std::vector<std::string>& words) {
  return (words.size() > 1 ? "expected one of " : "expected ") + CLI::detail::join(words, ", ");
}

}  // namespace

CommandLine::CommandLine()
    : app_("hadal fits factor models to their global optimum and proves it.", "hadal") {
  app_.set_version_flag("--version", std::string("hadal ") + hadal::version);
  app_.require_subcommand(1);
  add_fit_command(app_, action_);
  add_dropout_command(app_, action_);
  add_predict_command(app_, action_);
  add_verify_command(app_, action_);
  add_inspect_command(app_, action_);
  add_export_command(app_, action_);
  add_report_command(app_, action_);
  add_simulate_command(app_, action_);
  app_.footer(
      "Examples:\n"
      "  hadal fit matrix ratings.csv --out ratings.h5\n"
      "  hadal verify ratings.h5 ratings.csv\n"
      "  hadal report ratings.h5 --out ratings.html\n"
      "'hadal COMMAND --help' explains a command.");
}

const CLI::App& CommandLine::called() const {
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::string CommandLine::command() const {
  std::string name = app_.get_name();
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    name += " " + app->get_name();
  }
  return name;
}

std::string CommandLine::explain(const CLI::ParseError& error) const {
  const CLI::App& app = called();
  const auto commands = command_names(app);
  // What nobody understood explains more than what is then found missing.
  const auto words = app_.remaining(true);
  for (const std::string& word : words) {
    if (word.rfind("--", 0) != 0 || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("unknown option '{}'{}", name, did_you_mean(name, option_names(app)));
  }
  if (!words.empty() && !commands.empty()) {
    return fmt::format("unknown command '{}': {}{}", words.front(), expected(commands),
                       did_you_mean(words.front(), commands));
  }
  if (!words.empty()) return fmt::format("unexpected argument '{}'", words.front());
  if (!commands.empty()) {
    return "a command is missing: " + expected(commands);
  }
  return error.what();
}

int CommandLine::run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    app_.exit(help_or_version);
    return exit_done;
  } catch (const CLI::ParseError& error) {
    throw ArgumentError(fmt::format("{} (see '{} --help')", explain(error), command()));
  }
  return action_();
}

}  // namespace hadal::cli
