# What the shared library shows: the names of contrib/symbols.txt, which are those that
# the public headers declare (a test compares the three). All others are local to it.
set(symbols ${PROJECT_SOURCE_DIR}/contrib/symbols.txt)
set(OUTFEED_MAP ${PROJECT_BINARY_DIR}/generated/outfeed.map)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${symbols})
file(STRINGS ${symbols} names)
list(JOIN names "; " names)
file(CONFIGURE OUTPUT ${OUTFEED_MAP} CONTENT "{ global: ${names}; local: *; };\n" @ONLY)
if(BUILD_SHARED_LIBS)
	target_link_options(outfeed PRIVATE LINKER:--version-script=${OUTFEED_MAP})
	set_property(TARGET outfeed APPEND PROPERTY LINK_DEPENDS ${OUTFEED_MAP})
endif()
