#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "damaged_model.hpp"
#include "model_support.hpp"

/// A damaged file of a network is refused with what is wrong.
namespace hadal {
namespace {

using test::Damaged;
using test::network_model;

struct Damage {
  const char* part;  ///< of the message
  std::function<void(Damaged&)> make;
};

TEST(DamagedNetwork, IsRefusedWithWhatIsWrong) {
  const hid_t real = H5T_IEEE_F64LE;
  const std::vector<Damage> damages{
      {"format", [](Damaged& f) { f.attribute("/", "format", std::string("hadal other model")); }},
      {"format_version", [](Damaged& f) { f.attribute("/", "format_version", std::int64_t{2}); }},
      {"activation",
       [](Damaged& f) { f.attribute("problem", "activation", std::string("sigmoid")); }},
      {"activation", [](Damaged& f) { f.remove_attribute("problem", "activation"); }},
      {"activation",
       [](Damaged& f) { f.attribute("problem", "activation", std::string("maxout:65")); }},
      {"u", [](Damaged& f) { f.attribute("problem", "activation", std::string("maxout:3")); }},
      {"penalty", [](Damaged& f) { f.attribute("problem", "penalty", std::string("sum")); }},
      {"bias", [](Damaged& f) { f.attribute("problem", "bias", std::int64_t{2}); }},
      {"u", [](Damaged& f) { f.attribute("problem", "bias", std::int64_t{0}); }},
      {"classes", [](Damaged& f) { f.attribute("problem", "classification", std::int64_t{0}); }},
      {"loss", [](Damaged& f) { f.attribute("problem", "loss", std::string("squared")); }},
      {"lambda", [](Damaged& f) { f.attribute("problem", "lambda", -1.0); }},
      {"mean", [](Damaged& f) { f.value("inputs/mean", 1, std::nan("")); }},
      {"mean", [real](Damaged& f) { f.dataset("inputs/mean", real, {2}); }},
      {"scale", [](Damaged& f) { f.value("inputs/scale", 1, 0.0); }},
      {"scale",
       [real](Damaged& f) {
         f.dataset("inputs/scale", real, {3, 1});
       }},
      {"fill", [real](Damaged& f) { f.dataset("inputs/fill", real, {3}); }},
      {"mean", [](Damaged& f) { f.remove("inputs/categories1"); }},
      {"picture", [](Damaged& f) { f.attribute("inputs/picture", "height", std::int64_t{2}); }},
      {"picture", [](Damaged& f) { f.attribute("inputs/picture", "width", std::int64_t{0}); }},
      {"picture",
       [](Damaged& f) { f.attribute("inputs/picture", "width", std::int64_t{1} << 62); }},
      {"offset", [](Damaged& f) { f.value("outputs/offset", 0, 1.0); }},
      {"offset", [real](Damaged& f) { f.dataset("outputs/offset", real, {2}); }},
      {"classes", [](Damaged& f) { f.remove("outputs/classes"); }},
      {"u", [](Damaged& f) { f.value("units/u", 3, HUGE_VAL); }},
      {"u",
       [real](Damaged& f) {
         f.dataset("units/u", real, {4, 3});
       }},
      {"v",
       [real](Damaged& f) {
         f.dataset("units/v", real, {2, 2});
       }},
      {"u", [](Damaged& f) { f.soft_link("/units/v", "units/u"); }},
      {"accuracy", [](Damaged& f) { f.attribute("record", "train_accuracy", 1.5); }},
      {"objective", [](Damaged& f) { f.attribute("claim", "objective", -1.0); }}};
  for (const auto& [part, make] : damages) test::expect_refused(network_model(), make, part);
}

}  // namespace
}  // namespace hadal
