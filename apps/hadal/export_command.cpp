#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/onnx/write_onnx.hpp"
#include "model_text.hpp"

namespace hadal::cli {
namespace {

/// "samples x 64: p0, p1, p2, .. p63"
std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 6;
  std::string text = fmt::format("samples x {}:", names.size());
  for (std::size_t k = 0; k < std::min(shown, names.size()); ++k)
    text += (k ? ", " : " ") + names[k];
  return names.size() > shown ? text + ", .. " + names.back() : text;
}

class ExportCommand {
 public:
  explicit ExportCommand(CLI::App& app) {
    app.add_option("MODEL", model_, "Model file of a network that a fit wrote")
        ->required()
        ->type_name("");
    app.add_option("--out", out_, "File for the network")
        ->required()
        ->type_name("FILE.onnx")
        ->check(not_empty());
    app.footer(
        "Example:\n"
        "  hadal export digits.h5 --out digits.onnx\n"
        "ONNX Runtime and other programs read it. Inputs are as in the data, categories as 0 and "
        "1;\nstandardisation is part of the network, which computes in single precision.");
  }

  int run() const {
    require_input(model_, "model file");
    require_extension(out_, "--out", {".onnx"});
    require_output(out_, "--out", {model_});
    switch (model_kind(model_)) {
      case ModelKind::network:
        write(load_network_model(model_));
        return exit_done;
      case ModelKind::deep:
        write(load_deep_model(model_));
        return exit_done;
      case ModelKind::matrix:
      case ModelKind::tensor:
      case ModelKind::dropout:
        break;
    }
    throw ArgumentError(
        fmt::format("{} is not the model of a network; expected what 'hadal fit network' wrote",
                    model_.string()));
  }

 private:
  template <class Model>
  void write(const Model& model) const {
    write_onnx(out_, model);
    fmt::print("{}\n{}{}", out_.string(), text_line("inputs", names_text(model.encoding.names())),
               text_line("outputs", model.task == Task::classification
                                        ? "label; probabilities, " + names_text(model.classes)
                                        : "predictions, " + names_text(model.target_names)));
  }

  std::filesystem::path model_, out_;
};

}  // namespace

void add_export_command(CLI::App& app, Action& action) {
  CLI::App* exported = app.add_subcommand("export", "Write a network as an ONNX file");
  const auto command = std::make_shared<ExportCommand>(*exported);
  exported->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
