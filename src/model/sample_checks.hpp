#pragma once

#include "fitted_checks.hpp"
#include "hadal/model/sample_model.hpp"

namespace hadal {

/// The checks of what the models of all networks have, by part.
class SampleChecks : public FittedChecks {
 public:
  /// Both must outlive the object.
  SampleChecks(const SampleModel& model, const Complain& complain)
      : FittedChecks(model, complain), sample_(model) {}

  void inputs() const;
  void outputs() const;  ///< and the loss, which has to fit them
  void figures() const;

 private:
  void picture(const SamplePicture& picture, Index inputs) const;
  void unique(const std::string& field, const std::vector<std::string>& texts) const;

  const SampleModel& sample_;
};

}  // namespace hadal
