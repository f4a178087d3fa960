#pragma once

#include <stdexcept>
#include <string>

/// Typed exceptions. A caller's mistake throws; a numerical outcome is a status, never a throw.
namespace hadal {

/// Base of everything this library throws on purpose.
class Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An argument or option is invalid: the message names it, what was given and what was expected.
class ArgumentError : public Error {
  using Error::Error;
};

/// A data file or data array is invalid: the message names the file, the line or offset, the value
/// and what was expected.
class DataError : public Error {
  using Error::Error;
};

/// A model file cannot be read, is damaged, or does not fit the data it is used with.
class ModelError : public DataError {
  using DataError::DataError;
};

}  // namespace hadal
