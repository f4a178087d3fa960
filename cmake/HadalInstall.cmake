# Installs the libraries, the public headers and the package that find_package(hadal) reads.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/hadal)
configure_package_config_file(cmake/hadalConfig.cmake.in hadalConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(hadalConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS hadal hadal_data hadal_model hadal_onnx hadal_report hadal_solver hadal_verify EXPORT hadal
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(HADAL_WITH_TORCH)
  install(TARGETS hadal_deep EXPORT hadal ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(EXPORT hadal NAMESPACE hadal:: FILE hadalTargets.cmake DESTINATION ${package_folder})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hadalConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/hadalConfigVersion.cmake
        DESTINATION ${package_folder})
install(DIRECTORY include/ verify/include/ ${CMAKE_CURRENT_BINARY_DIR}/include/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
