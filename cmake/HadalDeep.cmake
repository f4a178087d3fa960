# The library hadal_deep, which needs LibTorch, where HADAL_DEEP asks for it or finds it:
# HADAL_WITH_TORCH. And hadal_no_deep, which stands in for it and says how to get it: a program that
# is linked with LibTorch takes half a second to start.
set(HADAL_WITH_TORCH OFF)
if(HADAL_DEEP STREQUAL "AUTO")
  find_package(Torch QUIET)
  set(HADAL_WITH_TORCH ${Torch_FOUND})
elseif(HADAL_DEEP)
  find_package(Torch REQUIRED)
  set(HADAL_WITH_TORCH ON)
endif()

# hadal_use_torch(TARGET): links LibTorch, which from version 2 on has headers of an fmt of its own, not the
# one that is linked with: the folder that leads to that one alone is searched before LibTorch's.
function(hadal_use_torch target)
  set(first ${PROJECT_BINARY_DIR}/fmt)
  find_path(HADAL_FMT_INCLUDE_DIR fmt/format.h REQUIRED)
  file(MAKE_DIRECTORY ${first})
  file(CREATE_LINK ${HADAL_FMT_INCLUDE_DIR}/fmt ${first}/fmt SYMBOLIC)
  target_include_directories(${target} SYSTEM BEFORE PRIVATE ${first})
  target_link_libraries(${target} PRIVATE ${TORCH_LIBRARIES})
endfunction()

hadal_library(no_deep deep/without)
target_link_libraries(hadal_no_deep PUBLIC hadal_model)
if(HADAL_WITH_TORCH)
  hadal_library(deep deep HEADERS <torch/torch.h>)
  target_link_libraries(hadal_deep PUBLIC hadal_solver)
  hadal_use_torch(hadal_deep)
  separate_arguments(flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(hadal_deep PRIVATE ${flags})
endif()
