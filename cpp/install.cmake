# What another CMake project needs for find_package(ssld): the library, its headers and how to use
# them. Not for wheels, which hold the Python extension alone.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# The version stands in pyproject.toml only.
file(STRINGS ${PROJECT_SOURCE_DIR}/pyproject.toml SSLD_VERSION_LINE REGEX "^version = ")
string(REGEX REPLACE "^version = \"([0-9.]+).*" "\\1" SSLD_VERSION "${SSLD_VERSION_LINE}")

set(SSLD_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/ssld)
configure_package_config_file(ssldConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/ssldConfig.cmake
  INSTALL_DESTINATION ${SSLD_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/ssldConfigVersion.cmake
  VERSION ${SSLD_VERSION} COMPATIBILITY SameMinorVersion)

install(TARGETS ssld EXPORT ssldTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/ssld DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT ssldTargets NAMESPACE ssld:: DESTINATION ${SSLD_CMAKE_DIR})
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/ssldConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/ssldConfigVersion.cmake
  DESTINATION ${SSLD_CMAKE_DIR})
