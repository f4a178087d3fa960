# Compile options that every target of the project shares.
function(hadal_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                           -Wno-sign-conversion -Wnon-virtual-dtor)
  if(HADAL_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(HADAL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${HADAL_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    # Bad pointers are seen by the address sanitizer where they are followed; looking at each one that
    # is made, too, takes a third of the time to compile.
    target_compile_options(${target} PRIVATE -fno-sanitize=null,object-size,pointer-overflow)
    target_link_options(${target} PUBLIC -fsanitize=${HADAL_SANITIZE})
  endif()
  # The fuzzer sees which branches an input takes.
  if(HADAL_FUZZ AND NOT target MATCHES "^hadal_(cli|deep_cli|commands)$")
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

function(hadal_native_options target)
  if(NOT HADAL_NATIVE)
    return()
  endif()
  target_compile_options(${target} PRIVATE -march=native)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarms: in this compiler's own AVX-512 headers (its bug 105593), and where it does not see
    # that a vector of bounded size is shorter than the register that a loop over it is unrolled for.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-uninitialized
                                             -Wno-array-bounds)
  endif()
endfunction()

# What nearly every file includes, parsed once for each set of options that programs share: about half
# of the time to compile a file. A header is still to include what it uses; the debug preset checks.
set(HADAL_COMMON_HEADERS <Eigen/Core> <fmt/format.h> <algorithm> <cmath> <functional> <limits> <map>
                         <memory> <optional> <string> <vector>)

# hadal_precompile(TARGET OWNER [HEADER...]): TARGET uses the precompiled headers of OWNER, which has
# the same options; where OWNER is TARGET they are the common ones and HEADER....
function(hadal_precompile target owner)
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${HADAL_COMMON_HEADERS} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # lets ccache see through them
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# hadal_library(NAME FOLDER... [HEADERS HEADER...]): the static library hadal_NAME from the sources in
# src/FOLDER, with precompiled headers of its own where it names some.
function(hadal_library name)
  cmake_parse_arguments(own "" "" HEADERS ${ARGN})
  set(sources)
  foreach(folder IN LISTS own_UNPARSED_ARGUMENTS)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  add_library(hadal_${name} STATIC ${sources})
  add_library(hadal::${name} ALIAS hadal_${name})
  set_target_properties(hadal_${name} PROPERTIES EXPORT_NAME ${name})
  hadal_compile_options(hadal_${name})
  target_include_directories(hadal_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  # Eigen's allocator depends on the alignment it is compiled for; fixing it keeps a library built
  # for this processor compatible with a program that is not.
  # Every part must see the same definitions, or the one-definition rule is broken.
  target_compile_definitions(hadal_${name} PUBLIC EIGEN_MAX_ALIGN_BYTES=64 EIGEN_USE_BLAS)
  target_link_libraries(hadal_${name} PUBLIC BLAS::BLAS)
  hadal_native_options(hadal_${name})
  if(own_HEADERS)
    hadal_precompile(hadal_${name} hadal_${name} ${own_HEADERS})
  else()
    hadal_precompile(hadal_${name} hadal_data)
  endif()
endfunction()
