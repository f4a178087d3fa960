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

hadal_library(no_deep deep/without)
target_link_libraries(hadal_no_deep PUBLIC hadal_model)
if(HADAL_WITH_TORCH)
  hadal_library(deep deep HEADERS <torch/torch.h>)
  target_link_libraries(hadal_deep PUBLIC hadal_solver PRIVATE ${TORCH_LIBRARIES})
  separate_arguments(flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(hadal_deep PRIVATE ${flags})
  target_include_directories(hadal_deep SYSTEM PRIVATE ${TORCH_INCLUDE_DIRS})
endif()
