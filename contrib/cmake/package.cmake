# Debian packages (`cmake --workflow --preset deb`), and the tarball of the sources
# (`cmake --build build/release --target dist`).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME outfeed)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "outfeed contributors")
# The project has no address of its own. Who gives packages to others puts his into this one
# place, -DOUTFEED_PACKAGE_CONTACT="NAME <ADDRESS>": it is their Maintainer field.
set(OUTFEED_PACKAGE_CONTACT "outfeed contributors <contributors@outfeed.invalid>" CACHE STRING
	"who answers for the packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT "${OUTFEED_PACKAGE_CONTACT}")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
# Empty, or it would stand before the first line of each description.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")

set(library_package liboutfeed${OUTFEED_SOVERSION})
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME outfeed)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "ca-certificates, tzdata")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3, sqlite3")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "category feeds from a folder of items, link audit
outfeed turns a folder of curated items (Markdown or HTML with YAML front
matter, as Hugo, Jekyll, Eleventy or Astro have them) into category feeds:
Atom, RSS and JSON Feed, regenerated incrementally, with ids that stay.
It audits the links of the items over years, and reports those that rot.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "category feeds from a folder of items (shared library)
liboutfeed is what outfeed is made of: reading items, grouping them into
feeds, rendering and publishing these, and auditing links.
This package has the shared library.")
file(WRITE ${PROJECT_BINARY_DIR}/generated/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/generated/triggers)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liboutfeed-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
	"${library_package} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "category feeds from a folder of items (development files)
liboutfeed is what outfeed is made of: reading items, grouping them into
feeds, rendering and publishing these, and auditing links.
This package has its headers and its manual page, and what CMake and
pkg-config read.")

# What Debian wants otherwise than a plain install has it.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/contrib/cmake/debian.cmake)
set(CPACK_OUTFEED_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_OUTFEED_PACKAGES program outfeed library ${library_package}
	development liboutfeed-dev)
include(CPack)

add_custom_target(dist
	COMMAND sh ${PROJECT_SOURCE_DIR}/contrib/dist.sh ${PROJECT_VERSION} ${PROJECT_BINARY_DIR}
	WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM
	COMMENT "outfeed-${PROJECT_VERSION}.tar.xz")
