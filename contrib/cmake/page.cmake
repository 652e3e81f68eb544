# The style and the script of the audit's page as C text, with the hash of each as a
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

# outfeed_text(NAME FILE): appends `const char NAME[]` and its hash to page_source.
function(outfeed_text name file)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
	file(SHA256 ${file} hash)
	outfeed_base64(hash ${hash})
	file(READ ${file} bytes HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
	string(REGEX REPLACE "(................................................................................)"
		"\\1\n\t" bytes "${bytes}")
	set(page_source "${page_source}
const char ${name}_hash[] = \"sha256-${hash}\";
const char ${name}[] = {
	${bytes}0};
" PARENT_SCOPE)
endfunction()

set(page_source "#include \"audit/report_page.h\"\n")
outfeed_text(of_page_style ${PROJECT_SOURCE_DIR}/src/audit/page/page.css)
outfeed_text(of_page_script ${PROJECT_SOURCE_DIR}/src/audit/page/page.js)
set(OUTFEED_PAGE_SOURCE ${PROJECT_BINARY_DIR}/generated/report_page_text.c)
file(CONFIGURE OUTPUT ${OUTFEED_PAGE_SOURCE} CONTENT "${page_source}" @ONLY)
