# Styles and scripts of pages as C text, with the hash of each as a
# Content-Security-Policy names it. Made when the build is configured, and again when
# one of the files changes.

# outfeed_base64(VARIABLE HEX): the bytes of a SHA-256, which are 32.
function(outfeed_base64 result hex)
	set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
	set(text "")
	foreach(at RANGE 0 60 6)
		string(SUBSTRING "${hex}0000" ${at} 6 three)
		math(EXPR number "0x${three}")
		foreach(shift 18 12 6 0)
			math(EXPR place "(${number} >> ${shift}) & 63")
			string(SUBSTRING ${alphabet} ${place} 1 letter)
			string(APPEND text ${letter})
		endforeach()
	endforeach()
	# 32 bytes end in one that stands for padding
	string(SUBSTRING ${text} 0 43 text)
	set(${result} "${text}=" PARENT_SCOPE)
endfunction()

# outfeed_text(VARIABLE NAME FILE): appends `const char NAME[]` and its hash to a variable.
function(outfeed_text result name file)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
	file(SHA256 ${file} hash)
	outfeed_base64(hash ${hash})
	file(READ ${file} bytes HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
	string(REGEX REPLACE "(................................................................................)"
		"\\1\n\t" bytes "${bytes}")
	set(${result} "${${result}}
const char ${name}_hash[] = \"sha256-${hash}\";
const char ${name}[] = {
	${bytes}0};
" PARENT_SCOPE)
endfunction()

# outfeed_texts(FILE HEADER [NAME FILE]...): a C file of the build, which includes the
# header that declares the names; it is one of OUTFEED_PAGE_SOURCES.
function(outfeed_texts output header)
	set(source "#include \"${header}\"\n")
	while(ARGN)
		list(POP_FRONT ARGN name file)
		outfeed_text(source ${name} ${PROJECT_SOURCE_DIR}/src/${file})
	endwhile()
	set(output ${PROJECT_BINARY_DIR}/generated/${output})
	file(CONFIGURE OUTPUT ${output} CONTENT "${source}" @ONLY)
	set(OUTFEED_PAGE_SOURCES ${OUTFEED_PAGE_SOURCES} ${output} PARENT_SCOPE)
endfunction()

outfeed_texts(report_page_text.c audit/report_page.h
	of_page_style audit/page/page.css
	of_page_script audit/page/page.js)
outfeed_texts(view_text.c render/view.h
	of_view_style render/page/page.css
	of_view_page_script render/page/page.js
	of_view_directory_script render/page/directory.js)
