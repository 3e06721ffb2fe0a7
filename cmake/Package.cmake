# `cpack` in the build folder makes the Debian package: the command with its models, manual pages
# and completion, a systemd unit, and its settings in /etc. Configure a release build for it.
set(AUSCULT_MAINTAINER "Auscult maintainers <root@localhost>" CACHE STRING
  "Who a package says it is from")

# Only in the package: `cmake --install` does not touch /etc.
install(FILES deploy/systemd/auscult.service deploy/systemd/auscult@.service
  deploy/systemd/auscult-worker.service DESTINATION lib/systemd/system
  COMPONENT package EXCLUDE_FROM_ALL)
# From one process to many: docs/operation.md.
install(DIRECTORY deploy/replicas DESTINATION share/auscult USE_SOURCE_PERMISSIONS
  COMPONENT package EXCLUDE_FROM_ALL PATTERN __pycache__ EXCLUDE)
install(FILES deploy/debian/auscult.toml DESTINATION /etc/auscult COMPONENT package EXCLUDE_FROM_ALL)
install(FILES LICENSE RENAME copyright DESTINATION share/doc/auscult COMPONENT package EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_INSTALL_CMAKE_PROJECTS
  "${PROJECT_BINARY_DIR};auscult;service;/;${PROJECT_BINARY_DIR};auscult;package;/")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME auscult)
set(CPACK_PACKAGE_CONTACT "${AUSCULT_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
  "Takes recordings of heart sounds by HTTP, says what it hears and how sure it is, and keeps both.
Not a medical device.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, haproxy, python3")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/deploy/debian/conffiles;${PROJECT_SOURCE_DIR}/deploy/debian/postinst;${PROJECT_SOURCE_DIR}/deploy/debian/prerm;${PROJECT_SOURCE_DIR}/deploy/debian/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
