# hadal_embed(TARGET NAME FILE): compiles the text of FILE into TARGET as hadal::embedded::NAME.
function(hadal_embed target name file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"namespace hadal::embedded {
extern const char* const @name@;
const char* const @name@ = R\"embedded(@text@)embedded\";
}
")
  # Clang holds that a portable string has at most 65536 characters.
  set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  target_sources(${target} PRIVATE ${source})
endfunction()
